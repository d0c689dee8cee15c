/**
 * Keeps two models open and scores blocks of items with both, for the divergence of the second from the first. Hidden states of the first are in a
 * temporary file for as long as a block takes.
 */
import type { EngineDivergence } from '../engine/onnx/engine-divergence.ts'
import { openHiddenStates, type HiddenStates } from '../engine/hidden-states.ts'
import type { ModelRecord } from '../store/run-record.ts'
import { beginBlock, blockOf, type BlockScorer } from './block-scorer.ts'
import type { DivergenceRole } from './divergence-role.ts'
import { countPositions } from './divergence-run.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { inspectModel, type ModelSource } from './model-source.ts'
import { openSide } from './open-side.ts'
import type { EvaluationEvent, OnEvent } from './run-events.ts'

/** A scorer of the second model. */
export interface DivergenceScorer extends BlockScorer {
  /** The facts about the first one. */
  original(): Promise<ModelRecord>
}

/**
 * Opens both models, which `checkComparable` has found comparable. Fails as `openBlockScorer`. No response comes from the cache, and none is added.
 * `onOriginalEvent` receives what happens to the first model.
 */
export async function openDivergenceScorer(
  original: ModelSource,
  variant: ModelSource,
  { onOriginalEvent, ...options }: EvaluateOptions & { readonly onOriginalEvent: OnEvent<EvaluationEvent> },
): Promise<DivergenceScorer> {
  const { width, states, begin } = await statesOfBlock(original)
  let begun: Extract<EngineDivergence, { kind: 'variant' }> | undefined
  const role = (beginRole: DivergenceRole['begin']): EvaluateOptions => ({
    ...options,
    divergence: { original: null, begin: beginRole, beginJoined: async () => undefined, keep: async (resource) => resource[Symbol.asyncDispose]() },
  })
  const asOriginal = role(async ({ head }) => {
    begun = { kind: 'variant', states, original: head }
    return { kind: 'original', states }
  })
  const first = await openSide(original, { ...asOriginal, onEvent: onOriginalEvent })
  const second = await openSide(
    variant,
    role(async () => begun!),
  ).catch(async (error: unknown) => {
    await first[Symbol.asyncDispose]()
    throw error
  })
  return {
    engine: second.engine.info,
    tokenizerHash: second.opened.tokenizer.hash,
    async score(block) {
      const encoded = beginBlock(block, second, options)
      await using own = await openHiddenStates({ rowCount: await countPositions([encoded]), width })
      begin(own)
      const before = await first.score(block, encoded, (share) => share / 2)
      const responses = await second.score(block, encoded, (share) => (1 + share) / 2)
      return { ...blockOf(block, responses, options), work: [before, responses].map(({ work }) => ({ task: block.task.name, ...work })) }
    },
    record: () => second.record(),
    original: () => first.record(),
    async [Symbol.asyncDispose]() {
      await using _first = first
      await second[Symbol.asyncDispose]()
    },
  }
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
