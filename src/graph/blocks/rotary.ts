/** Rotary position embedding. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { LayerRope } from '../../model/families/decoder.ts'
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE } from '../onnx-model.ts'
import { frequencySwitch, inverseFrequencies, rotaryScale } from './rope.ts'

/** Cosines and sines of every packed token's angles, [1, N, rotaryWidth / 2] each. */
export interface Rotary {
  readonly cosines: string
  readonly sines: string
}

/**
 * Angles of `positions` [N] are position × inverse frequency in f32, as transformers computes them. Their cosines are rounded from float64, like those
 * fed to devices: onnxruntime's own in f32 are off by up to 9e-8, three times the rounding. `allPositions` has every position of the inputs that
 * `positions` are a part of: the longest input decides which frequencies apply.
 */
export function rotaryTable(g: GraphBuilder, config: Pick<ModelConfig, 'rotaryWidth' | 'rope'>, positions: string, allPositions = positions): Rotary {
  const column = g.node('Reshape', [g.node('Cast', [positions], { to: DATA_TYPE.float }), g.integers([1, -1, 1])])
  const angles = g.node('Mul', [column, frequencies(g, config, allPositions)])
  const scale = rotaryScale(config.rope)
  const scaled = (value: string) => (scale === 1 ? value : g.node('Mul', [value, g.floats(Float32Array.of(scale), [])]))
  const exactAngles = g.node('Cast', [angles], { to: DATA_TYPE.double })
  const rounded = (operator: string) => scaled(g.node('Cast', [g.node(operator, [exactAngles])], { to: DATA_TYPE.float }))
  return { cosines: rounded('Cos'), sines: rounded('Sin') }
}

/** Inverse frequencies, [1, 1, rotaryWidth / 2]. */
function frequencies(g: GraphBuilder, { rope, rotaryWidth }: Pick<ModelConfig, 'rotaryWidth' | 'rope'>, allPositions: string): string {
  const ofLength = (inputLength: number) => g.floats(inverseFrequencies(rope, rotaryWidth, inputLength), [1, 1, rotaryWidth / 2])
  const longest = frequencySwitch(rope)
  if (longest === Infinity) return ofLength(0)
  const lastPosition = g.node('Cast', [g.node('ReduceMax', [allPositions], { keepdims: 0 })], { to: DATA_TYPE.int64 })
  return g.node('Where', [g.node('Less', [lastPosition, g.integers(longest)]), ofLength(longest), ofLength(longest + 1)])
}

/** The tables of a model's rotary embeddings, each made when a layer first needs it; none for a layer without. */
export function rotaryTables(
  g: GraphBuilder,
  { rope, localRope = rope, rotaryWidth }: Pick<ModelConfig, 'rotaryWidth' | 'rope' | 'localRope'>,
  positions: string,
  allPositions = positions,
): (kind: LayerRope) => Rotary | undefined {
  const made = new Map<LayerRope, Rotary>()
  return (kind) => {
    if (kind === 'none') return undefined
    const table = made.get(kind) ?? rotaryTable(g, { rope: kind === 'local' ? localRope : rope, rotaryWidth }, positions, allPositions)
    made.set(kind, table)
    return table
  }
}

/** What is rotated. */
type RotaryShape = Pick<ModelConfig, 'headSize' | 'rotaryWidth' | 'isRotaryInterleaved'> & { readonly heads: number }

/** Rotates the heads of `states`, [N, heads × headSize] or [N, heads, headSize]; returns [N, heads × headSize]. */
export function rotate(g: GraphBuilder, { cosines, sines }: Rotary, states: string, shape: RotaryShape): string {
  const { heads, headSize, rotaryWidth, isRotaryInterleaved } = shape
  const width = heads * headSize
  const sequence = g.node('Reshape', [states, g.integers([1, -1, width])])
  const turned = g.node('RotaryEmbedding', [sequence, cosines, sines], {
    num_heads: heads,
    ...(rotaryWidth !== headSize && { rotary_embedding_dim: rotaryWidth }),
    ...(isRotaryInterleaved && { interleaved: 1 }),
  })
  return g.node('Reshape', [turned, g.integers([-1, width])])
}
