/** Prompts for a server, as plain data: planned before anything is sent. */
import { compareInputs } from '../../plan/token-tree.ts'
import type { Sequence } from '../../plan/sequence.ts'

/** A whole text whose own tokens are asked about: its last `scoredCount`. */
export interface EchoPrompt {
  readonly kind: 'echo'
  readonly tokens: readonly number[]
  readonly scoredCount: number
  /** Index into the planned sequences. */
  readonly sequence: number
}

/** A context and the tokens that may come next: one pass scores all of them, and the server may have the context in its prefix cache. */
export interface NextPrompt {
  readonly kind: 'next'
  readonly tokens: readonly number[]
  /** Which sequence asks about which token. */
  readonly asked: readonly { readonly sequence: number; readonly target: number }[]
}

/** One text that a server reads. */
export type Prompt = EchoPrompt | NextPrompt

/** The prompts of one HTTP request, all of one kind; those of kind `next` ask about the same tokens. */
export type PromptBatch = readonly Prompt[]

/** What a request may hold. */
export interface PromptLimits {
  /** Whether the server scores prompts of kind `next`. */
  readonly takesNext: boolean
  readonly promptsPerRequest: number
  /** A request ends here; a longer prompt has one of its own. */
  readonly tokensPerRequest: number
}

/** The most tokens that vLLM is asked about at one place (`MAX_LOGPROB_TOKEN_IDS` of `sampling_params.py`). */
const MOST_ASKED = 128

/** Plans sequences into requests, so that prompts which begin alike are neighbors; each sequence is asked about once. */
export function planPrompts(sequences: readonly Sequence[], limits: PromptLimits): PromptBatch[] {
  const order = sequences.map((_, index) => index).sort((a, b) => compareInputs(sequences[a]!, sequences[b]!) || a - b)
  const isNext = (index: number) => limits.takesNext && sequences[index]!.targets.length === 1
  const next = nextPrompts(order.filter(isNext), sequences)
  const echo = order.filter((index) => !isNext(index)).map((index) => echoPrompt(index, sequences[index]!))
  return [...pack(next, limits), ...pack(echo, limits)]
}

/** Tokens that a request makes the server read, unless they are in its prefix cache. */
export function tokensSent(batch: PromptBatch): number {
  return batch.reduce((sum, { tokens }) => sum + tokens.length, 0)
}

/** Sequences that a request scores. */
export function sequencesOf(batch: PromptBatch): number[] {
  return batch.flatMap((prompt) => (prompt.kind === 'echo' ? [prompt.sequence] : prompt.asked.map(({ sequence }) => sequence)))
}

/** The distinct tokens that prompts of kind `next` ask about, ascending. */
export function askedTokens(batch: PromptBatch): number[] {
  const targets = batch.flatMap((prompt) => (prompt.kind === 'next' ? prompt.asked.map(({ target }) => target) : []))
  return [...new Set(targets)].sort((a, b) => a - b)
}

function echoPrompt(sequence: number, { input, targets }: Sequence): EchoPrompt {
  return { kind: 'echo', tokens: [...input, targets.at(-1)!], scoredCount: targets.length, sequence }
}

/** Neighbors with one input become one prompt; `order` is sorted by input. */
function nextPrompts(order: readonly number[], sequences: readonly Sequence[]): NextPrompt[] {
  const prompts: { kind: 'next'; tokens: number[]; asked: { sequence: number; target: number }[] }[] = []
  let last: Sequence | undefined
  for (const sequence of order) {
    const { input, targets } = sequences[sequence]!
    const isSame = last !== undefined && compareInputs(last, sequences[sequence]!) === 0 && prompts.at(-1)!.asked.length < MOST_ASKED
    if (!isSame) prompts.push({ kind: 'next', tokens: [...input], asked: [] })
    prompts.at(-1)!.asked.push({ sequence, target: targets[0]! })
    last = sequences[sequence]!
  }
  return prompts
}

function pack(prompts: readonly Prompt[], { promptsPerRequest, tokensPerRequest }: PromptLimits): PromptBatch[] {
  const batches: Prompt[][] = []
  let tokens = 0
  let asked = ''
  for (const prompt of prompts) {
    const own = askedTokens([prompt]).join()
    const batch = batches.at(-1)
    if (batch && batch.length < promptsPerRequest && tokens + prompt.tokens.length <= tokensPerRequest && own === asked) batch.push(prompt)
    else {
      batches.push([prompt])
      tokens = 0
    }
    tokens += prompt.tokens.length
    asked = own
  }
  return batches
}
