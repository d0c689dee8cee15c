/** Norms over the last axis. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { NormForm } from '../../model/families/decoder.ts'
import type { Block } from './block.ts'

/** What a norm of hidden states needs to know. */
export type NormConfig = Pick<ModelConfig, 'norm' | 'normEpsilon' | 'hiddenSize'>

/** Hidden states [N, hidden] after the norm `module`. */
export function norm(block: Block<NormConfig>, module: string, input: string): string {
  return normOver(block, block.config.norm, { module, width: block.config.hiddenSize }, input)
}

/** x ÷ root-mean-square(x) × weight, or the same of x − mean(x), plus bias: over the last axis, `width` values, of a form that need not be the model's. */
export function normOver(
  { g, config, weights }: Block<Pick<ModelConfig, 'normEpsilon'>>,
  form: NormForm,
  { module, width }: { readonly module: string; readonly width: number },
  input: string,
): string {
  const attributes = { axis: -1, epsilon: { float: config.normEpsilon } }
  const stored = () => weights.value(`${module}.weight`)
  const scale = !form.hasWeight
    ? weights.constant(Array.from({ length: width }, () => 1))
    : form.weightOffset === 0
      ? stored()
      : weights.derived(`${module}.weight + ${form.weightOffset}`, (outer) => outer.node('Add', [stored(), weights.constant([form.weightOffset])]))
  if (form.kind === 'rms') return g.node('RMSNormalization', [input, scale], attributes)
  return g.node('LayerNormalization', [input, scale, ...(form.hasBias ? [weights.value(`${module}.bias`)] : [])], attributes)
}
