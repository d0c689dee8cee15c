import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { syntheticWorkload, workloadOfRows, WORKLOADS } from '../../src/benchmark/workload.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, writeRows } from '../tiny-model.ts'

test.each(WORKLOADS)('requests of %s are the same each time, and their tokens are of the vocabulary', (name) => {
  const [one, two] = [syntheticWorkload(name, 5, 1000), syntheticWorkload(name, 5, 1000)]
  expect(one).toEqual(two)
  for (const { input, targets } of one.sequences) {
    expect(targets.length).toBeGreaterThan(0)
    expect(input.length).toBeGreaterThanOrEqual(targets.length)
    expect([...input, ...targets].every((token) => token >= 3 && token < 1000)).toBe(true)
  }
})

test.each([
  // Sequences of an item, mean tokens of a sequence and of the trie an item: of the real splits with SmolLM2's tokenizer, by docs/speed.md.
  { name: 'piqa', choices: 2, asked: 35, distinct: 45 },
  { name: 'hellaswag', choices: 4, asked: 78, distinct: 154 },
] as const)('requests of $name are as long as the benchmark’s', ({ name, choices, asked, distinct }) => {
  const { sequences, tokensAsked, tokensDistinct } = syntheticWorkload(name, 1000, 50_000)
  expect(sequences).toHaveLength(1000 * choices)
  expect(tokensAsked / sequences.length / asked).toBeGreaterThan(0.85)
  expect(tokensAsked / sequences.length / asked).toBeLessThan(1.15)
  expect(tokensDistinct / 1000 / distinct).toBeGreaterThan(0.85)
  expect(tokensDistinct / 1000 / distinct).toBeLessThan(1.15)
})

test('items of one subject of MMLU share their examples, and the four letters are asked behind one prompt', () => {
  const { sequences, tokensAsked, tokensDistinct } = syntheticWorkload('mmlu', 200, 50_000)
  expect(sequences).toHaveLength(800)
  expect(new Set(sequences.map(({ targets }) => targets.length))).toEqual(new Set([1]))
  const [first, second] = [sequences[0]!.input, sequences[396]!.input]
  expect([...second.subarray(0, 150)]).toEqual([...first.subarray(0, 150)])
  expect(tokensAsked / tokensDistinct).toBeGreaterThan(8)
})

test('windows of WikiText are full', () => {
  const { sequences } = syntheticWorkload('wikitext', 2, 1000)
  expect(sequences.map(({ input, targets }) => [input.length, targets.length])).toEqual([
    [4096, 4096],
    [4096, 4096],
  ])
})

test('rows of a folder become as many sequences as the task asks, with shared prompts', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'piqa'))
  writeRows(path.join(folder, 'piqa'), 'validation.jsonl', piqaRows(8))
  const { source, itemCount, sequences, tokensAsked, tokensDistinct } = await workloadOfRows('piqa', 6, 1000, folder)
  expect([source, itemCount, sequences.length]).toEqual(['rows', 6, 12])
  // "Question: cut 0 ropes\nAnswer: with a": words, digits and signs each a token.
  expect(sequences[0]!.input.subarray(0, 5)).toEqual(sequences[1]!.input.subarray(0, 5))
  expect(tokensDistinct).toBeLessThan(tokensAsked * 0.7)
})

test('rows that are not there are an error that names the task', async () => {
  await expect(workloadOfRows('hellaswag', 6, 1000, temporaryFolder())).rejects.toThrow(
    expect.objectContaining({ code: 'DATASET', message: expect.stringContaining('hellaswag') }),
  )
})
