/** The completions API on the wire: bodies of requests, and what is read from responses. Every response is checked. */
import { z } from 'zod'
import type { SequenceScore } from '../../plan/sequence.ts'
import { askedTokens, type EchoPrompt, type NextPrompt, type PromptBatch } from './prompts.ts'

/** vLLM has extensions that are cheaper and name tokens by id; other servers get requests as OpenAI defined them. */
export type Dialect = 'vllm' | 'openai'

/** A response that does not fit its request; the message names the symptom. */
export class WireError extends Error {}

const completionSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      index: z.number().int(),
      text: z.string().nullish(),
      logprobs: z
        .looseObject({
          tokens: z.array(z.string()),
          token_logprobs: z.array(z.number().nullable()),
          top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
        })
        .nullish(),
      prompt_logprobs: z.array(z.record(z.string(), z.looseObject({ logprob: z.number(), decoded_token: z.string().nullish() })).nullable()).nullish(),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: z.number().int() }).nullish(),
})

/** A checked response. */
export type Completion = z.infer<typeof completionSchema>
/** The response to one prompt. */
export type Choice = Completion['choices'][number]

/** A server's values for a token that it was sent. */
export interface EchoedToken {
  /** Natural log; null for the first token, which follows nothing. */
  readonly logProb: number | null
  /** The largest at its place, as far as the server says; the token's own at the least. */
  readonly best: number | null
  /** As the server spells it. */
  readonly text: string
}

/**
 * The body of a request. It asks for one token more than it needs: every server allows that, while 0 is refused by some and means "without end"
 * to others, and the token comes out of the pass that reads the prompt.
 */
export function requestBody(model: string, batch: PromptBatch, dialect: Dialect): Record<string, unknown> {
  const common = { model, prompt: batch.map(({ tokens }) => tokens), max_tokens: 1, temperature: 0 }
  if (batch[0]!.kind === 'next') {
    const asked = askedTokens(batch)
    return { ...common, logprobs: asked.length, logprob_token_ids: asked, return_tokens_as_token_ids: true }
  }
  // vLLM names each token by its id here, and says nothing of the text; `1` adds the best token if that is another.
  return dialect === 'vllm' ? { ...common, prompt_logprobs: 1 } : { ...common, echo: true, logprobs: 1 }
}

/** The response as it is typed. Fails with WireError. */
export function parseCompletion(body: unknown): Completion {
  const checked = completionSchema.safeParse(body)
  if (!checked.success) throw new WireError(`the response is malformed: ${z.prettifyError(checked.error).replaceAll(/\s+/gu, ' ')}`)
  return checked.data
}

/** The choices in the order of the prompts. Fails with WireError unless there is exactly one for each. */
export function choicesOf({ choices }: Completion, promptCount: number): Choice[] {
  const sorted = choices.toSorted((a, b) => a.index - b.index)
  if (sorted.length !== promptCount || sorted.some(({ index }, position) => index !== position)) {
    throw new WireError(`${promptCount} prompts were sent, the response has those of index ${sorted.map(({ index }) => index).join(', ') || 'none'}`)
  }
  return sorted
}

/** The scores of all sequences that a request asks about. Fails with WireError. */
export function readScores(body: unknown, batch: PromptBatch): SequenceScore[] {
  const choices = choicesOf(parseCompletion(body), batch.length)
  return batch.flatMap((prompt, index) => (prompt.kind === 'echo' ? [echoScore(prompt, choices[index]!)] : nextScores(prompt, choices[index]!)))
}

function echoScore(prompt: EchoPrompt, choice: Choice): SequenceScore {
  const scored = echoedTokens(choice, prompt.tokens).slice(-prompt.scoredCount)
  let logProb = 0
  let isGreedy = true
  for (const { logProb: own, best } of scored) {
    logProb += own!
    isGreedy &&= own! >= best!
  }
  return { sequence: prompt.sequence, logProb, isGreedy }
}

/** The server's values for each token that it was sent. Fails with WireError if the tokens are others, or lack a log-probability. */
export function echoedTokens(choice: Choice, tokens: readonly number[]): EchoedToken[] {
  const echoed = choice.prompt_logprobs ? fromPromptLogProbs(choice.prompt_logprobs, tokens) : fromEcho(choice, tokens)
  echoed.forEach(({ logProb }, index) => {
    if (index === 0) return
    if (logProb === null) throw new WireError(`token ${index} of ${tokens.length} has no log-probability`)
    checkLogProb(logProb)
  })
  return echoed
}

/** vLLM's own format: for each position the sent token and the best one, by id. */
function fromPromptLogProbs(entries: NonNullable<Choice['prompt_logprobs']>, tokens: readonly number[]): EchoedToken[] {
  if (entries.length !== tokens.length) throw wrongLength(tokens.length, entries.length)
  return entries.map((entry, index) => {
    if (entry === null) return { logProb: null, best: null, text: '' }
    const own = entry[String(tokens[index])]
    if (!own) throw new WireError(`token ${index} was sent as id ${tokens[index]}, the server returns ${Object.keys(entry).join(', ')}`)
    return { logProb: own.logprob, best: Math.max(...Object.values(entry).map(({ logprob }) => logprob)), text: own.decoded_token ?? '' }
  })
}

/** OpenAI's format: prompt and generated tokens in one list. */
function fromEcho({ logprobs }: Choice, tokens: readonly number[]): EchoedToken[] {
  if (!logprobs) throw new WireError('the response has no log-probabilities')
  const { tokens: texts, token_logprobs: own, top_logprobs: top } = logprobs
  const generated = texts.length - tokens.length
  // One token was asked for beyond the prompt; a server that stops at once gives none.
  if (generated < 0 || generated > 1 || own.length !== texts.length) throw wrongLength(tokens.length, Math.min(texts.length, own.length))
  if (!top || top.length !== texts.length) throw new WireError('the response has no top_logprobs, which name the best token at each position')
  return tokens.map((id, index) => {
    const text = texts[index]!
    if (/^token_id:\d+$/u.test(text) && text !== `token_id:${id}`) throw new WireError(`token ${index} was sent as id ${id}, the server echoes ${text}`)
    const logProb = own[index]!
    return { logProb, best: logProb === null ? null : Math.max(logProb, ...Object.values(top[index] ?? {})), text }
  })
}

function wrongLength(sent: number, got: number): WireError {
  return new WireError(`${sent} tokens were sent, the response has log-probabilities for ${got}`)
}

/** A score for each asked token. The best token is the one that the server chose, or one of those asked about. */
function nextScores({ asked }: NextPrompt, { logprobs }: Choice): SequenceScore[] {
  const given = logprobs?.top_logprobs?.[0]
  if (!given) throw new WireError('the response has no log-probabilities of the next token')
  const best = Math.max(...Object.values(given))
  return asked.map(({ sequence, target }) => {
    const logProb = given[`token_id:${target}`]
    if (logProb === undefined) throw new WireError(`the response has no log-probability of token ${target}`)
    checkLogProb(logProb)
    return { sequence, logProb, isGreedy: logProb >= best }
  })
}

/** Rounding may leave a trace above 0. */
const MOST_LOG_PROB = 1e-3

function checkLogProb(logProb: number): void {
  if (logProb > MOST_LOG_PROB) throw new WireError(`a log-probability is ${logProb}, above 0`)
}
