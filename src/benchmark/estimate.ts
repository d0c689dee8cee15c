/** How long a device would take for the table of a model card: two 8B models on five benchmarks. */
import type { ModelConfig } from '../model/config/config.ts'
import { projectionOperations } from '../engine/roofline/operations.ts'
import type { Speed } from './measure-speed.ts'
import { modelSize } from './model-size.ts'
import type { WorkloadName } from './workload.ts'

/** Distinct tokens of the full benchmarks for one model, and the workload whose rate they take. Measured with SmolLM2's tokenizer. */
const TABLE: readonly { readonly benchmark: string; readonly tokens: number; readonly rateOf: WorkloadName }[] = [
  { benchmark: 'piqa', tokens: 81_981, rateOf: 'piqa' },
  // Prompts of some hundred tokens, as HellaSwag's.
  { benchmark: 'boolq', tokens: 441_194, rateOf: 'hellaswag' },
  { benchmark: 'hellaswag', tokens: 1_546_443, rateOf: 'hellaswag' },
  { benchmark: 'mmlu', tokens: 1_375_632, rateOf: 'mmlu' },
  { benchmark: 'wikitext', tokens: 357_895, rateOf: 'wikitext' },
]
const MODELS = 2

/** The estimate. */
export interface EstimateRecord {
  readonly models: string
  /** Distinct tokens of all models. */
  readonly tokens: number
  readonly seconds: number
  /** Whether it was measured on a model of that size, or is scaled by the operations of a token. */
  readonly isScaled: boolean
}

/** From the rates that were measured on `config`; a workload that was not measured takes the rate of the slowest. Null if none was. */
export function estimateTable(speeds: readonly Speed[], config: ModelConfig): EstimateRecord | null {
  if (speeds.length === 0) return null
  const large = modelSize('8b').config
  const scale = tokenOperations(large) / tokenOperations(config)
  const slowest = Math.min(...speeds.map(({ tokensPerSecond }) => tokensPerSecond))
  const seconds = TABLE.reduce((sum, { tokens, rateOf }) => {
    const rate = speeds.find(({ name }) => name === rateOf)?.tokensPerSecond ?? slowest
    return sum + (tokens * scale) / rate
  }, 0)
  return {
    models: `${MODELS} of the shape of Qwen3-8B`,
    tokens: MODELS * TABLE.reduce((sum, { tokens }) => sum + tokens, 0),
    seconds: MODELS * seconds,
    isScaled: scale !== 1,
  }
}

/** Of the layers, without attention's products of tokens with tokens. */
function tokenOperations(config: ModelConfig): number {
  return config.layerCount * projectionOperations(config)
}
