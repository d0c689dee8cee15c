/** The fuzzer makes the same inputs again. */
import { expect, test } from 'vitest'
import { inputFiles } from '../../scripts/fuzz/input.ts'
import { fuzzTargets } from '../../scripts/fuzz/targets.ts'

test('an input is the same each time, another index or seed is another, and the first is a good one', { tags: ['slow'] }, () => {
  for (const target of fuzzTargets()) {
    const text = (seed: number, index: number) => JSON.stringify(inputFiles(target, { target: target.name, seed, index }))
    expect(text(1, 7)).toBe(text(1, 7))
    expect(new Set(Array.from({ length: 8 }, (_, index) => text(1, index + 1))).size, target.name).toBeGreaterThan(4)
    expect(text(2, 7)).not.toBe(text(1, 7))
    expect(target.seeds.map((files) => JSON.stringify(files))).toContain(text(1, 0))
  }
})
