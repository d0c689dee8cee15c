/** What plans the work of a model: its tokenizer, and how its engine or its servers batch; no weights. */
import type { BatchLimits } from '../engine/onnx/batch-budget.ts'
import { frequencySwitch } from '../graph/blocks/rope.ts'
import { tokenizerIfAny } from '../model/checkpoint.ts'
import { planBatches } from '../plan/batches.ts'
import { encoderOf, type EncodingOptions } from './encoder-of.ts'
import { batchBudgetOf, inspectModel, type ModelSource } from './model-source.ts'
import { openServed, type OpenedServed } from './open-served-model.ts'

/** The encoder of a model, and the share of its sequences that would be computed. */
export type Planner = Pick<OpenedServed, 'encoder' | 'planWork'>

/** Undefined if the folder has no tokenizer. A server is only queried for its context length. */
export async function openPlanner(model: ModelSource, options: BatchLimits & EncodingOptions): Promise<Planner | undefined> {
  if (model.served) return openServed(model.served, model.folder, options, () => {})
  const inspection = await inspectModel(model)
  const { config, content } = inspection.configFile
  const tokenizer = await tokenizerIfAny(model.folder, config, content)
  if (!tokenizer) return undefined
  const { usual, most } = batchBudgetOf(inspection, options)
  return {
    encoder: encoderOf({ config, tokenizer }, options),
    planWork(sequences) {
      const { tokensComputed, batches } = planBatches(sequences, usual, most, frequencySwitch(config.rope))
      return { tokensComputed, batches: batches.length }
    },
  }
}
