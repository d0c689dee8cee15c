import { expect, test } from 'vitest'
import { checkNumbers, compareValues } from '../../src/benchmark/check-numbers.ts'
import { randomFamilies, builtInTasks } from '../../src/benchmark/reference-models.ts'

const cpu = { provider: 'cpu', index: 0 } as const
const sequence = (count: number) => ({ input: new Int32Array(count), targets: new Int32Array(count) })

test('a difference counts per token, and a text has no greedy flag', () => {
  const reference = {
    sequences: [sequence(4), sequence(2), sequence(6)],
    values: [
      { parts: [0], logProb: -8, isGreedy: true },
      { parts: [1, 2], logProb: -20, isGreedy: null },
    ],
  }
  const scores = [
    { sequence: 0, logProb: -8.00004, isGreedy: false },
    { sequence: 1, logProb: -5, isGreedy: false },
    { sequence: 2, logProb: -15.0016, isGreedy: false },
  ]
  const found = compareValues(reference, scores, 1e-3)
  expect(found.largest).toBeCloseTo(2e-4, 8)
  expect(found.mean).toBeCloseTo((1e-5 + 2e-4) / 2, 8)
  expect(found).toMatchObject({ compared: 2, greedyAsked: 1, greedyEqual: 0, isRight: false })
  expect(compareValues(reference, scores, null)).toMatchObject({ isRight: true })
})

test('requests whose scores are not all there are not compared, and none is not right', () => {
  const reference = { sequences: [sequence(1), sequence(1)], values: [{ parts: [0, 1], logProb: -1, isGreedy: true }] }
  expect(compareValues(reference, [{ sequence: 0, logProb: -0.5, isGreedy: true }], 1e-4)).toMatchObject({ compared: 0, isRight: false })
})

test('the CPU gives what transformers gives for every family’s random checkpoint', { tags: ['slow'] }, async () => {
  const names: string[] = []
  for (const { open } of await randomFamilies()) {
    await using reference = await open()
    names.push(reference.name)
    const record = await checkNumbers(reference, cpu, 'float32', Infinity)
    expect(record).toMatchObject({ isRight: true, limit: 1e-4, compared: reference.values.length })
    expect(record.largest).toBeLessThan(1e-5)
  }
  expect(names).toEqual(['llama', 'mistral', 'qwen2', 'qwen3'])
})

test('the CPU gives what lm-eval gives for the built-in tasks', { tags: ['slow'] }, async () => {
  await using reference = await builtInTasks()
  expect(reference.values).toHaveLength(40 + 40 + 40 + 80 + 3)
  const record = await checkNumbers(reference, cpu, 'float32', Infinity)
  expect(record).toMatchObject({ name: 'built-in tasks', madeBy: expect.stringMatching(/^lm-eval 0\.4\.13 in float64$/u), isRight: true, greedyAsked: 200 })
  expect(record.largest).toBeLessThan(2e-5)
})

test('log-probabilities of another model are not right', async () => {
  const [first] = await randomFamilies()
  await using llama = await first!.open()
  const wrong = { ...llama, values: llama.values.map((value, index) => (index === 3 ? { ...value, logProb: value.logProb - 0.01 } : value)) }
  expect(await checkNumbers(wrong, cpu, 'float32', Infinity)).toMatchObject({ isRight: false })
})
