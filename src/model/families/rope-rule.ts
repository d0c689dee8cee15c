/** Rotary parameters of families whose layers with a window have parameters of their own: transformers `convert_rope_params_to_dict` of Gemma 3 and OLMo 3. */
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { partialRotaryFactor } from '../config/rope-config.ts'
import type { CommonConfig } from './family.ts'
import type { Decoder, LayerRope } from './decoder.ts'

const parameters = z.record(z.string(), z.unknown())
const byLayerType = z.looseObject({ full_attention: parameters.nullish(), sliding_attention: parameters.nullish() })

/** The parameters of both kinds of layers, of the config.json `file`; `theta` if config.json has none. `rope_scaling` is for layers without a window. */
export function ropeByLayerType(
  { rope_parameters: stored, rope_scaling: scaling, rope_theta: theta }: Pick<CommonConfig, 'rope_parameters' | 'rope_scaling' | 'rope_theta'>,
  defaults: { readonly global: number; readonly local: number },
  file: string,
): Required<Pick<Decoder, 'globalRope' | 'localRope'>> {
  const checked = byLayerType.safeParse(stored ?? {})
  if (!checked.success)
    throw new CheckpointError(`${file}: rope_parameters is malformed: ${z.prettifyError(checked.error)}`, 'Give an object for each layer type.')
  const { full_attention: full, sliding_attention: sliding } = checked.data
  const fields = (own: Readonly<Record<string, unknown>>, fallback: number) => ({
    rope_scaling: null,
    rope_theta: fallback,
    rope_parameters: { rope_type: 'default', ...own },
  })
  return {
    globalRope: fields({ ...full, ...(scaling === false ? undefined : scaling) }, theta ?? defaults.global),
    localRope: fields({ ...sliding }, defaults.local),
  }
}

/** Layers with a window have the local parameters. */
export function layerRopesOf(windows: readonly number[]): LayerRope[] {
  return windows.map((window) => (Number.isFinite(window) ? 'local' : 'global'))
}

/** How many values of a head are rotated; `share` of them if config.json says nothing. */
export function rotaryWidthOf(
  config: Pick<CommonConfig, 'hidden_size' | 'num_attention_heads' | 'rope_parameters' | 'rope_scaling' | 'partial_rotary_factor' | 'head_dim'>,
  share: number,
): number {
  const headSize = config.head_dim ?? config.hidden_size / config.num_attention_heads
  return Math.floor(headSize * (partialRotaryFactor(config) ?? share))
}
