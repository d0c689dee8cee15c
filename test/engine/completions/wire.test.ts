/** Responses of a real vLLM, read as scores, against transformers. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { planPrompts, type PromptBatch } from '../../../src/engine/completions/prompts.ts'
import { readScores, requestBody, WireError } from '../../../src/engine/completions/wire.ts'

interface Golden {
  readonly model: string
  readonly context: readonly number[]
  /** By transformers in float32: a phrase, then single tokens. */
  readonly expected: readonly { readonly targets: readonly number[]; readonly log_prob: number; readonly is_greedy: boolean }[]
  readonly exchanges: Readonly<
    Record<'prompt_logprobs' | 'echo' | 'next', { readonly body: Record<string, unknown>; readonly response: { readonly choices: readonly object[] } }>
  >
}

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'vllm.golden.json'), 'utf8')) as Golden
const { context, expected, exchanges } = golden
const limits = { takesNext: true, promptsPerRequest: 8, tokensPerRequest: 4096 }
const sequences = expected.map(({ targets }) => ({ input: Int32Array.from([...context, ...targets.slice(0, -1)]), targets: Int32Array.from(targets) }))
const [next] = planPrompts(sequences.slice(1), limits)
/** The phrase and the first single token, in the order in which they were sent. */
const whole: PromptBatch = [0, 1].map((sequence) => {
  const { targets } = expected[sequence]!
  return { kind: 'echo', tokens: [...context, ...targets], scoredCount: targets.length, sequence }
})

/** The two sum in other orders; vLLM's kernels are others. */
const TOLERANCE = 1e-4

describe.each([
  ['prompt_logprobs', 'vllm', whole, [0, 1]],
  ['echo', 'openai', whole, [0, 1]],
  ['next', 'vllm', next!, [1, 2, 3]],
] as const)('%s', (form, dialect, batch, scored) => {
  test('requests equal those recorded with vLLM', () => {
    expect(requestBody(golden.model, batch, dialect)).toEqual(exchanges[form].body)
  })

  test('log-probabilities and is_greedy are those of transformers', () => {
    const scores = readScores(exchanges[form].response, batch)
    const offset = form === 'next' ? 1 : 0
    expect(scores.map(({ sequence }) => sequence + offset).toSorted((a, b) => a - b)).toEqual(scored)
    for (const { sequence, logProb, isGreedy } of scores) {
      const { log_prob: trueLogProb, is_greedy: trueGreedy } = expected[sequence + offset]!
      expect(Math.abs(logProb - trueLogProb)).toBeLessThan(TOLERANCE)
      expect(isGreedy).toBe(trueGreedy)
    }
  })

  test('a response to fewer prompts is refused', () => {
    expect(() => readScores({ choices: exchanges[form].response.choices.slice(1) }, batch)).toThrow(WireError)
  })
})

test('a response about another token is refused: ids are compared', () => {
  const moved = whole.map((prompt) => ({ ...prompt, tokens: prompt.tokens.map((id) => id + 1) }))
  expect(() => readScores(exchanges.prompt_logprobs.response, moved)).toThrow(/token 1 was sent as id \d+, the server returns/u)
})
