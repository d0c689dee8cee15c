/**
 * Checks a server before the first item is sent, with requests whose log-probabilities are known. A server that ignores `echo` would score every choice 0 and
 * report exactly chance. Each known defect is recognized here, and the error names its symptom.
 */
import { EngineError } from '../../errors.ts'
import type { NextPrompt, Prompt } from './prompts.ts'
import { ExchangeError, unusable, type Server } from './server.ts'
import type { ServedModel } from './served-model.ts'
import { choicesOf, echoedTokens, parseCompletion, readScores, requestBody, WireError, type Choice, type Completion, type EchoedToken } from './wire.ts'
import { counted } from '../../text/count.ts'

/** What the probe knows beforehand. */
export interface KnownText {
  readonly text: string
  /** The text in the model's tokenizer, with the special tokens that it adds. */
  readonly tokens: readonly number[]
  /** Another token in the place of the last. */
  readonly otherEnd: number
}

/** What was found. */
export interface Findings {
  /** Log-probabilities of the known text's tokens, the first left out: what another server of the same model gives too. */
  readonly logProbs: readonly number[]
  /** Whether several prompts in one request are answered. */
  readonly takesSeveral: boolean
  /** Whether the next token's log-probabilities are given by id, and are those that a whole text gets. */
  readonly takesNext: boolean
}

/** Of any model: words that every tokenizer knows, in an order that no model is sure of. The texts differ in their last word. */
const [KNOWN_TEXT, OTHER_TEXT] = [
  'The river runs north to the sea, and seven old boats wait there for rain',
  'The river runs north to the sea, and seven old boats wait there for bread',
]

/**
 * How far two responses to one request may be apart, in nats for a token: logits of bfloat16 between 16 and 32 have steps of 1/8, and a batch of
 * another size may move both the token's and the others' by one. Another model, or sampling, moves some token by more.
 */
const TOLERANCE = 0.5

/** The known text in a tokenizer's ids. */
export function knownText(encode: (text: string) => readonly number[]): KnownText {
  const [tokens, others] = [encode(KNOWN_TEXT), encode(OTHER_TEXT)]
  // A tokenizer that puts a token at the end puts it at both.
  const otherEnd = [others.at(-1)!, ...tokens].find((id) => id !== tokens.at(-1))!
  return { text: KNOWN_TEXT, tokens, otherEnd }
}

/** One question that costs little: is the server still what it was? Fails with whatever is wrong. */
export async function askAgain(server: Server, model: ServedModel, known: KnownText, { logProbs }: Findings): Promise<void> {
  const { choice } = await ask(server, model, known.tokens)
  const apart = distance(logProbs, logProbsOf(echoedTokens(choice, known.tokens)))
  if (apart > TOLERANCE) throw new WireError(`${server.name} returns other log-probabilities than before, by up to ${apart.toFixed(3)} nats for a token`)
}

/** Puts all questions. Fails with EngineError, which names the symptom. */
export async function probe(server: Server, model: ServedModel, known: KnownText): Promise<Findings> {
  const refuse = (symptom: string, hint: string) => new EngineError(`${server.name} cannot be used for scoring: ${symptom}`, hint)
  try {
    const { choice, completion } = await ask(server, model, known.tokens)
    checkEcho(choice, completion, known, refuse)
    const echoed = echoedTokens(choice, known.tokens)
    const logProbs = logProbsOf(echoed)
    checkValues(logProbs, refuse)
    await checkText(server, model, known, refuse)
    const { takesSeveral, otherEndLogProb } = await checkAlignment(server, model, known, logProbs, refuse)
    const takesNext = model.dialect === 'vllm' && (await givesNext(server, model, known, [logProbs.at(-1)!, otherEndLogProb]))
    return { logProbs, takesSeveral, takesNext }
  } catch (error) {
    if (error instanceof WireError) throw refuse(error.message, HINTS.wire)
    if (error instanceof ExchangeError && error.fault === 'refused')
      throw refuse(`it refuses a prompt of token ids with echo and logprobs: ${error.message}`, HINTS.refused)
    throw unusable(error)
  }
}

/** Two servers of one model agree. Fails with EngineError. */
export function checkAgreement(servers: readonly { readonly server: Server; readonly findings: Findings }[]): void {
  const [first, ...others] = servers
  for (const { server, findings } of others) {
    const apart = distance(first!.findings.logProbs, findings.logProbs)
    if (apart > TOLERANCE)
      throw new EngineError(
        `${first!.server.name} and ${server.name} return different log-probabilities for the same text, by up to ${apart.toFixed(3)} nats for a token`,
        'All addresses of a model must serve the same weights in the same precision.',
      )
  }
}

type Refuse = (symptom: string, hint: string) => EngineError

const HINTS = {
  wire: 'Its completions API is not what it claims; docs/servers.md says which servers are known to work.',
  refused: 'Servers that take text only cannot be used; docs/servers.md says which are known to work.',
  echo: 'Start it with prompt log-probabilities allowed, or use vLLM or SGLang: docs/servers.md.',
  special: 'Serve the model without a prompt template; token ids must be read as they are.',
  tokenizer: 'Give the tokenizer of the model that the server has: tokenizer=FOLDER or tokenizer=OWNER/NAME.',
} as const

async function ask(
  server: Server,
  model: ServedModel,
  ...texts: readonly (readonly number[])[]
): Promise<{ choice: Choice; choices: Choice[]; completion: Completion }> {
  const batch = texts.map((tokens): Prompt => ({ kind: 'echo', tokens, scoredCount: 1, sequence: 0 }))
  const completion = parseCompletion(await server.post('/completions', requestBody(model.name, batch, model.dialect)))
  const choices = choicesOf(completion, texts.length)
  return { choice: choices[0]!, choices, completion }
}

function checkEcho(choice: Choice, { usage }: Completion, { tokens }: KnownText, refuse: Refuse): void {
  const read = usage?.prompt_tokens
  if (read !== undefined && read !== tokens.length) {
    throw read > tokens.length
      ? refuse(`${tokens.length} tokens were sent and it read ${read}: it adds tokens of its own, such as a second BOS`, HINTS.special)
      : refuse(`${tokens.length} tokens were sent and it read ${read}`, HINTS.special)
  }
  const given = choice.prompt_logprobs?.length ?? choice.logprobs?.tokens.length
  if (given === undefined) throw refuse('it gives no log-probabilities', HINTS.echo)
  if (!choice.prompt_logprobs && given <= 1)
    throw refuse(`it ignores echo: log-probabilities of ${counted(given, 'generated token')} and none of the ${tokens.length} sent`, HINTS.echo)
  if (!choice.prompt_logprobs && given === tokens.length + 2)
    throw refuse(`${tokens.length} tokens were sent and ${given - 1} are echoed: it adds one of its own, such as a second BOS`, HINTS.special)
}

function logProbsOf(echoed: readonly EchoedToken[]): number[] {
  return echoed.slice(1).map(({ logProb }) => logProb!)
}

function checkValues(logProbs: readonly number[], refuse: Refuse): void {
  const [least, most] = [Math.min(...logProbs), Math.max(...logProbs)]
  if (least === 0 && most === 0) throw refuse('every log-probability is 0, so every choice would score the same', HINTS.echo)
  if (most - least < 1e-6) throw refuse(`every log-probability is ${most}`, HINTS.echo)
  // A text that no model has seen is not certain: such values are not of a softmax over a vocabulary.
  if (least > -0.5) throw refuse(`its log-probabilities are between ${least} and ${most}: no model is as sure of this text`, HINTS.echo)
}

/** The server has the same tokenizer when it returns the text of the ids that it was sent. */
async function checkText(server: Server, model: ServedModel, known: KnownText, refuse: Refuse): Promise<void> {
  const body = { model: model.name, prompt: [[...known.tokens]], max_tokens: 1, temperature: 0, echo: true, logprobs: 1 }
  const [choice] = choicesOf(parseCompletion(await server.post('/completions', body)), 1)
  const texts = [choice!.text ?? '', (choice!.logprobs?.tokens ?? []).join('')]
  const plain = (text: string) => text.replaceAll(/[\s▁Ġ]+/gu, '')
  if (texts.some((text) => plain(text).includes(plain(known.text)))) return
  throw refuse(`it reads the ids of ${JSON.stringify(known.text)} as ${JSON.stringify(texts[0]!.slice(0, 120))}: it has another tokenizer`, HINTS.tokenizer)
}

/**
 * The same text twice, and beside another text: a text that ends otherwise has the same log-probabilities up to its end, and another there. So
 * values that belong to a neighboring token are found, and responses in another order. Returns whether both may go in one request.
 */
async function checkAlignment(
  server: Server,
  model: ServedModel,
  known: KnownText,
  logProbs: readonly number[],
  refuse: Refuse,
): Promise<{ readonly takesSeveral: boolean; readonly otherEndLogProb: number }> {
  const other = [...known.tokens.slice(0, -1), known.otherEnd]
  const together = await ask(server, model, other, known.tokens).catch((error: unknown) => {
    if (error instanceof ExchangeError && error.fault === 'refused') return null
    if (error instanceof WireError) return null
    throw error
  })
  const choices = together?.choices ?? [(await ask(server, model, other)).choice, (await ask(server, model, known.tokens)).choice]
  const changed = logProbsOf(echoedTokens(choices[0]!, other))
  const again = logProbsOf(echoedTokens(choices[1]!, known.tokens))
  const apart = distance(logProbs, again)
  if (apart > TOLERANCE)
    throw refuse(`the same text gets other log-probabilities when it is asked again, by up to ${apart.toFixed(3)} nats for a token`, HINTS.wire)
  const before = distance(logProbs.slice(0, -1), changed.slice(0, -1))
  if (before > TOLERANCE || Math.abs(logProbs.at(-1)! - changed.at(-1)!) < 1e-6)
    throw refuse(
      'another last token changes the log-probabilities of the tokens before it, and not its own: they are not aligned to the tokens sent',
      HINTS.wire,
    )
  return { takesSeveral: together !== null, otherEndLogProb: changed.at(-1)! }
}

/** Whether the next token can be asked about by id, which vLLM has since `logprob_token_ids`: compares with the log-probabilities of the whole text. */
async function givesNext(server: Server, model: ServedModel, known: KnownText, expected: readonly number[]): Promise<boolean> {
  const prompt: NextPrompt = {
    kind: 'next',
    tokens: known.tokens.slice(0, -1),
    asked: [
      { sequence: 0, target: known.tokens.at(-1)! },
      { sequence: 1, target: known.otherEnd },
    ],
  }
  try {
    const scores = readScores(await server.post('/completions', requestBody(model.name, [prompt], model.dialect)), [prompt])
    return (
      distance(
        expected,
        scores.map(({ logProb }) => logProb),
      ) <= TOLERANCE
    )
  } catch (error) {
    if (error instanceof WireError || (error instanceof ExchangeError && error.fault === 'refused')) return false
    throw error
  }
}

function distance(some: readonly number[], others: readonly number[]): number {
  return Math.max(...some.map((value, index) => Math.abs(value - others[index]!)))
}
