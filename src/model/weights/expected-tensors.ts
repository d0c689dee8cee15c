/** The tensors that a config calls for, by their names in Hugging Face checkpoints. */
import type { ModelConfig } from '../config/config.ts'

/** A tensor that must be there. */
export interface ExpectedTensor {
  readonly name: string
  /** Projections are [out, in]. */
  readonly shape: readonly number[]
}

/** Every tensor of a model, in the order of its layers. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const { hiddenSize, vocabularySize, layerCount, tiedHead } = config
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabularySize, hiddenSize] },
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(config, `model.layers.${layer}`)).flat(),
    { name: 'model.norm.weight', shape: [hiddenSize] },
    ...(tiedHead ? [] : [{ name: 'lm_head.weight', shape: [vocabularySize, hiddenSize] }]),
  ]
}

/** A matrix that a layer multiplies with: what quantisation is for. */
export function isProjection({ name, shape }: ExpectedTensor): boolean {
  return shape.length === 2 && name.startsWith('model.layers.')
}

/** Parameters of the model that a config describes; a tied head counts once. */
export function countParameters(config: ModelConfig): number {
  return expectedTensors(config).reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0)
}

function layerTensors(config: ModelConfig, layer: string): ExpectedTensor[] {
  const { hiddenSize, intermediateSize, headSize } = config
  const queryWidth = config.headCount * headSize
  const keyWidth = config.keyValueHeadCount * headSize
  const projection = (name: string, out: number, input: number, bias: boolean): ExpectedTensor[] => [
    { name: `${layer}.${name}.weight`, shape: [out, input] },
    ...(bias ? [{ name: `${layer}.${name}.bias`, shape: [out] }] : []),
  ]
  const norm = (name: string, size: number): ExpectedTensor => ({ name: `${layer}.${name}.weight`, shape: [size] })
  return [
    norm('input_layernorm', hiddenSize),
    ...projection('self_attn.q_proj', queryWidth, hiddenSize, config.queryKeyValueBias),
    ...projection('self_attn.k_proj', keyWidth, hiddenSize, config.queryKeyValueBias),
    ...projection('self_attn.v_proj', keyWidth, hiddenSize, config.queryKeyValueBias),
    ...(config.queryKeyNorm ? [norm('self_attn.q_norm', headSize), norm('self_attn.k_norm', headSize)] : []),
    ...projection('self_attn.o_proj', hiddenSize, queryWidth, config.attentionOutputBias),
    norm('post_attention_layernorm', hiddenSize),
    ...projection('mlp.gate_proj', intermediateSize, hiddenSize, config.feedForwardBias),
    ...projection('mlp.up_proj', intermediateSize, hiddenSize, config.feedForwardBias),
    ...projection('mlp.down_proj', hiddenSize, intermediateSize, config.feedForwardBias),
  ]
}
