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
  | 'headCount'
  | 'keyValueHeadCount'
  | 'headSize'
  | 'normEpsilon'
  | 'queryKeyNorm'
  | 'queryKeyValueBias'
  | 'attentionOutputBias'
  | 'feedForwardBias'
  | 'tensorNames'
> & { readonly window: number }

/** Queries, keys and values, [N, heads × headSize] each, to what the queries see, [N, heads × headSize]. */
export type AttentionForm = (projections: Readonly<Record<'queries' | 'keys' | 'values', string>>) => string

/** One layer over packed hidden states [N, hidden]; comes back with the same. `weights` knows the layer's tensors without their prefix. */
export function decoderLayer(g: GraphBuilder, config: LayerConfig, weights: GraphWeights, hidden: string, rotary: Rotary, attention: AttentionForm): string {
  const project = (name: string, input: string, hasBias: boolean) => weights.multiply(g, `${name}.weight`, input, hasBias ? `${name}.bias` : undefined)
  const norm = (name: string, input: string) => rmsNorm(g, config, input, weights.value(`${name}.weight`))

  const { layer: modules } = config.tensorNames

  const input = norm(modules.inputNorm, hidden)
  const rotated = (module: string, headNorm: string, heads: number) => {
    const projected = project(module, input, config.queryKeyValueBias)
    const width = heads * config.headSize
    const normed = config.queryKeyNorm ? norm(headNorm, g.node('Reshape', [projected, g.integers([-1, heads, config.headSize])])) : projected
    const sequence = g.node('Reshape', [normed, g.integers([1, -1, width])])
    const turned = g.node('RotaryEmbedding', [sequence, rotary.cosines, rotary.sines], { num_heads: heads })
    return g.node('Reshape', [turned, g.integers([-1, width])])
  }
  const queries = rotated(modules.query, modules.queryNorm, config.headCount)
  const keys = rotated(modules.key, modules.keyNorm, config.keyValueHeadCount)
  const values = project(modules.value, input, config.queryKeyValueBias)
  const attended = attention({ queries, keys, values })
  const afterAttention = g.node('Add', [hidden, project(modules.attentionOutput, attended, config.attentionOutputBias)])

  const normed = norm(modules.feedForwardNorm, afterAttention)
  const gate = project(modules.gate, normed, config.feedForwardBias)
  const activated = g.node('Mul', [gate, g.node('Sigmoid', [gate])])
  const widened = g.node('Mul', [activated, project(modules.up, normed, config.feedForwardBias)])
  return g.node('Add', [afterAttention, project(modules.down, widened, config.feedForwardBias)])
}

/** x ÷ root-mean-square(x) × scale over the last axis. */
export function rmsNorm(g: GraphBuilder, config: Pick<ModelConfig, 'normEpsilon'>, input: string, scale: string): string {
  return g.node('RMSNormalization', [input, scale], { axis: -1, epsilon: { float: config.normEpsilon } })
}
