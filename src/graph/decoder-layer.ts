/** One decoder layer over packed tokens: attention, then the gated feed-forward. */
import type { ModelConfig } from '../model/config/config.ts'
import type { GraphBuilder } from './builder.ts'
import { DATA_TYPE } from './onnx-model.ts'
import { inverseFrequencies, rotaryScale } from './rope.ts'
import type { GraphWeights } from './stored-weights.ts'

/** Angles of every packed token. */
export interface Rotary {
  /** [1, N, headSize / 2]. */
  readonly cosines: string
  readonly sines: string
}

/**
 * Angles of `positions` [N] are position × inverse frequency in f32, as transformers computes them. Their cosines are rounded from f64, as those that
 * are fed to devices: onnxruntime's own in f32 are off by up to 9e-8, three times the rounding.
 */
export function rotaryTable(g: GraphBuilder, config: Pick<ModelConfig, 'headSize' | 'rope'>, positions: string): Rotary {
  const half = config.headSize / 2
  const column = g.node('Reshape', [g.node('Cast', [positions], { to: DATA_TYPE.float }), g.integers([1, -1, 1])])
  const angles = g.node('Mul', [column, g.floats(inverseFrequencies(config.rope, config.headSize), [1, 1, half])])
  const scale = rotaryScale(config.rope)
  const scaled = (value: string) => (scale === 1 ? value : g.node('Mul', [value, g.floats(Float32Array.of(scale), [])]))
  const exactAngles = g.node('Cast', [angles], { to: DATA_TYPE.double })
  const rounded = (operator: string) => scaled(g.node('Cast', [g.node(operator, [exactAngles])], { to: DATA_TYPE.float }))
  return { cosines: rounded('Cos'), sines: rounded('Sin') }
}

/** What a layer needs to know of its model, and how many tokens back it sees. */
export type LayerConfig = Pick<
  ModelConfig,
  'headCount' | 'keyValueHeadCount' | 'headSize' | 'normEpsilon' | 'queryKeyNorm' | 'queryKeyValueBias' | 'attentionOutputBias' | 'feedForwardBias'
> & { readonly window: number }

/** Queries, keys and values, [N, heads × headSize] each, to what the queries see, [N, heads × headSize]. */
export type AttentionForm = (projections: Readonly<Record<'queries' | 'keys' | 'values', string>>) => string

/** One layer over packed hidden states [N, hidden]; comes back with the same. `weights` knows the layer's tensors without their prefix. */
export function decoderLayer(g: GraphBuilder, config: LayerConfig, weights: GraphWeights, hidden: string, rotary: Rotary, attention: AttentionForm): string {
  const project = (name: string, input: string, hasBias: boolean) => weights.multiply(g, `${name}.weight`, input, hasBias ? `${name}.bias` : undefined)
  const norm = (name: string, input: string) => rmsNorm(g, config, input, weights.value(`${name}.weight`))

  const input = norm('input_layernorm', hidden)
  const rotated = (name: string, heads: number) => {
    const projected = project(`self_attn.${name}_proj`, input, config.queryKeyValueBias)
    const width = heads * config.headSize
    const normed = config.queryKeyNorm ? norm(`self_attn.${name}_norm`, g.node('Reshape', [projected, g.integers([-1, heads, config.headSize])])) : projected
    const sequence = g.node('Reshape', [normed, g.integers([1, -1, width])])
    const turned = g.node('RotaryEmbedding', [sequence, rotary.cosines, rotary.sines], { num_heads: heads })
    return g.node('Reshape', [turned, g.integers([-1, width])])
  }
  const queries = rotated('q', config.headCount)
  const keys = rotated('k', config.keyValueHeadCount)
  const values = project('self_attn.v_proj', input, config.queryKeyValueBias)
  const attended = attention({ queries, keys, values })
  const afterAttention = g.node('Add', [hidden, project('self_attn.o_proj', attended, config.attentionOutputBias)])

  const normed = norm('post_attention_layernorm', afterAttention)
  const gate = project('mlp.gate_proj', normed, config.feedForwardBias)
  const activated = g.node('Mul', [gate, g.node('Sigmoid', [gate])])
  const widened = g.node('Mul', [activated, project('mlp.up_proj', normed, config.feedForwardBias)])
  return g.node('Add', [afterAttention, project('mlp.down_proj', widened, config.feedForwardBias)])
}

/** x ÷ root-mean-square(x) × scale over the last axis. */
export function rmsNorm(g: GraphBuilder, config: Pick<ModelConfig, 'normEpsilon'>, input: string, scale: string): string {
  return g.node('RMSNormalization', [input, scale], { axis: -1, epsilon: { float: config.normEpsilon } })
}
