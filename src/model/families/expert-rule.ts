/** Mixtures of experts under the names of Qwen, which OLMoE took over. */
import { z } from 'zod'
import type { LayerFacts } from './family.ts'
import type { LayerModules } from './tensor-names.ts'

const count = z.number().int().positive().max(4096)

/** Modules of the router and the experts. */
export const EXPERT_MODULES: LayerModules = {
  router: 'mlp.gate',
  expertGate: 'mlp.experts.{}.gate_proj',
  expertUp: 'mlp.experts.{}.up_proj',
  expertDown: 'mlp.experts.{}.down_proj',
}

/** Fields of Qwen's models with experts. */
export const qwenExpertFields = {
  norm_topk_prob: z.boolean().default(false),
  decoder_sparse_step: z.number().int().positive().default(1),
  mlp_only_layers: z.array(z.number().int()).nullish(),
  num_experts: count,
  num_experts_per_tok: count,
}

/** Which layers have experts: every `decoder_sparse_step`-th, if it is not among `mlp_only_layers`. */
export function qwenSparseLayers(config: {
  readonly num_hidden_layers: number
  readonly decoder_sparse_step: number
  readonly mlp_only_layers?: readonly number[] | null | undefined
}): boolean[] {
  const { num_hidden_layers: length, decoder_sparse_step: step, mlp_only_layers: dense } = config
  return Array.from({ length }, (_, layer) => !dense?.includes(layer) && (layer + 1) % step === 0)
}

/** The same for the layers `kept`, as fields of config.json. */
export function qwenSparseFields({ experts }: LayerFacts, kept: readonly number[]): Record<string, unknown> {
  return { decoder_sparse_step: 1, mlp_only_layers: kept.flatMap((layer, index) => (experts!.layers[layer] ? [] : [index])) }
}
