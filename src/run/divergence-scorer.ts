/**
 * Keeps two models open and scores blocks of items with both, for the divergence of the second from the first: in one graph if they fit in memory together,
 * otherwise with hidden states of the first in a temporary file for as long as a block takes.
 */
import type { EngineDivergence } from '../engine/onnx/engine-divergence.ts'
import { JointPass } from '../engine/joint/joint-pass.ts'
import { openHiddenStates, type HiddenStates } from '../engine/hidden-states.ts'
import type { HarnessError } from '../errors.ts'
import type { ModelRecord } from '../store/run-record.ts'
import { beginBlock, blockOf, type BlockScorer } from './block-scorer.ts'
import type { DivergenceRole } from './divergence-role.ts'
import { countPositions } from './divergence-run.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { LoadedTask } from './loaded-task.ts'
import { inspectModel, type ModelSource } from './model-source.ts'
import { jointOptionsOf } from './one-pass/joint-options.ts'
import { passSummary, planPasses, type PlannedPass } from './one-pass/plan-passes.ts'
import { openSide, type OpenSide } from './open-side.ts'
import type { EvaluationEvent, OnEvent } from './run-events.ts'
import type { ScoredRequests } from './score-requests.ts'

/** A scorer of the second model. */
export interface DivergenceScorer extends BlockScorer {
  /** The facts about the first one. */
  original(): Promise<ModelRecord>
}

/** `onOriginalEvent` receives what happens to the first model. */
type PairOptions = EvaluateOptions & { readonly onOriginalEvent: OnEvent<EvaluationEvent> }

/** Both models. */
interface OpenPair extends AsyncDisposable {
  readonly first: OpenSide
  readonly second: OpenSide
  score(block: LoadedTask, encoded: EncodedAhead): Promise<readonly [ScoredRequests, ScoredRequests]>
  /** Why the models cannot be computed together. */
  failure(): HarnessError | undefined
}

/**
 * Opens both models, which `checkComparable` has found comparable. Fails as `openBlockScorer`. No response comes from the cache, and none is added.
 */
export async function openDivergenceScorer(original: ModelSource, variant: ModelSource, options: PairOptions): Promise<DivergenceScorer> {
  const onNotice = (message: string) => options.onEvent?.({ kind: 'notice', message })
  const [pass, ...others] = await planPasses([original, variant], options, { isCompared: true, onNotice })
  const isTogether = others.length === 0
  if (isTogether) onNotice(passSummary(pass!))
  let pair = isTogether ? await openTogether(pass!, options) : await openApart([original, variant], options)
  const scored = async (block: LoadedTask) => {
    const encoded = beginBlock(block, pair.second, options)
    try {
      return await pair.score(block, encoded)
    } catch (error) {
      const failure = pair.failure()
      if (!failure || options.signal?.aborted) throw error
      onNotice(`the models cannot be computed together (${failure.message}): going on with stored hidden states`)
      await pair[Symbol.asyncDispose]()
      pair = await openApart([original, variant], options)
      return pair.score(block, encoded)
    }
  }
  return {
    engine: pair.second.engine.info,
    tokenizerHash: pair.second.opened.tokenizer.hash,
    async score(block) {
      const [before, responses] = await scored(block)
      return { ...blockOf(block, responses, options), work: [before, responses].map(({ work }) => ({ task: block.task.name, ...work })) }
    },
    record: () => pair.second.record(),
    original: () => pair.first.record(),
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}

/** Both in one graph. */
async function openTogether(planned: PlannedPass, { onOriginalEvent, ...options }: PairOptions): Promise<OpenPair> {
  const onNotice = (message: string) => options.onEvent?.({ kind: 'notice', message })
  const pass = new JointPass(planned.identities, jointOptionsOf(planned, options, onNotice))
  const role = roleWith(async () => {
    throw new TypeError('a model that is computed together with another needs no states')
  })
  const opening = planned.models.map((model, index) => {
    const own = index === 0 ? { ...options, onEvent: onOriginalEvent } : options
    return openSide(model, { ...own, divergence: role, joinPass: (member) => pass.join(index, member) }).catch((error: unknown) => {
      pass.leave(index)
      throw error
    })
  })
  const settled = await Promise.allSettled(opening)
  const [first, second] = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (!first || !second) {
    await first?.[Symbol.asyncDispose]()
    throw settled.find((result) => result.status === 'rejected')!.reason
  }
  return {
    first,
    second,
    score: (block, encoded) => Promise.all([first.score(block, encoded, (share) => share), second.score(block, encoded, (share) => share)]),
    failure: () => pass.failure,
    [Symbol.asyncDispose]: () => closeBoth(first, second),
  }
}

/** One after another. */
async function openApart([original, variant]: readonly [ModelSource, ModelSource], { onOriginalEvent, ...options }: PairOptions): Promise<OpenPair> {
  const { width, states, begin } = await statesOfBlock(original)
  let begun: Extract<EngineDivergence, { kind: 'variant' }> | undefined
  const asOriginal = roleWith(async ({ head }) => {
    begun = { kind: 'variant', states, original: head }
    return { kind: 'original', states }
  })
  const first = await openSide(original, { ...options, divergence: asOriginal, onEvent: onOriginalEvent })
  const second = await openSide(variant, { ...options, divergence: roleWith(async () => begun!) }).catch(async (error: unknown) => {
    await first[Symbol.asyncDispose]()
    throw error
  })
  return {
    first,
    second,
    async score(block, encoded) {
      await using own = await openHiddenStates({ rowCount: await countPositions([encoded]), width })
      begin(own)
      const before = await first.score(block, encoded, (share) => share / 2)
      return [before, await second.score(block, encoded, (share) => (1 + share) / 2)]
    },
    failure: () => undefined,
    [Symbol.asyncDispose]: () => closeBoth(first, second),
  }
}

async function closeBoth(first: OpenSide, second: OpenSide): Promise<void> {
  await using _first = first
  await second[Symbol.asyncDispose]()
}

function roleWith(begin: DivergenceRole['begin']): DivergenceRole {
  return { original: null, begin, beginJoined: async () => undefined, cachedBy: () => null, keep: async (resource) => resource[Symbol.asyncDispose]() }
}

/** Hidden states that engines keep for good, of which only those of the block that is being scored are there. */
async function statesOfBlock(original: ModelSource) {
  const { configFile } = await inspectModel(original)
  let current: HiddenStates | undefined
  const states: HiddenStates = {
    add: (batch, sequences, values) => current!.add(batch, sequences, values),
    read: (batch, sequences) => current!.read(batch, sequences),
    async [Symbol.asyncDispose]() {},
  }
  return {
    width: configFile.config.hiddenSize,
    states,
    /** Replaces them. */
    begin: (own: HiddenStates): void => {
      current = own
    },
  }
}
