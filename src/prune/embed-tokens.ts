/** Rows of the embedding matrix and of learned positions, read one by one: the matrix itself is larger than any layer. */
import type { TreeStates } from '../engine/onnx/layer-runner.ts'
import { CheckpointError } from '../errors.ts'
import { decodeValues } from '../model/weights/element-type.ts'
import { BYTES_PER_VALUE } from '../model/weights/safetensors.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { tensorReader, type TensorReader } from '../model/weights/tensor-bytes.ts'
import type { Weights } from '../model/weights/weights.ts'
import type { ModelConfig } from '../model/config/config.ts'
import type { TokenTree } from '../plan/token-tree.ts'

/** The states before the first layer, and before their norm if they have one, [tokens, hidden] of each tree. Fails with CheckpointError on a token that the model does not have. */
export async function embedTokens(
  { config, weights }: { readonly config: ModelConfig; readonly weights: Weights },
  trees: readonly TokenTree[],
): Promise<TreeStates[]> {
  const { hiddenSize, embeddingWidth, vocabularySize, embeddingScale = 1, positionOffset = 0, tensorNames: names } = config
  const embeddings = weights.tensors.get(names.embeddings)!
  const positions = names.positions === undefined ? undefined : weights.tensors.get(names.positions)!
  await using reader = tensorReader(weights.root)
  const projection = names.embeddingProjection === undefined ? undefined : await matrixOf(reader, weights.tensors.get(`${names.embeddingProjection}.weight`)!)
  const rowOf = async (matrix: WeightTensor, row: number, width: number) => {
    const bytes = width * BYTES_PER_VALUE[matrix.dtype]
    return decodeValues(await reader.read(matrix, row * bytes, bytes), matrix.dtype)
  }
  const states: TreeStates[] = []
  for (const tree of trees) {
    const values = new Float32Array(tree.tokenIds.length * hiddenSize)
    for (const [index, token] of tree.tokenIds.entries()) {
      if (token >= vocabularySize) {
        throw new CheckpointError(`the tokenizer gives id ${token}, the model has ${vocabularySize} embeddings`, 'The tokenizer belongs to another model.')
      }
      const embedding = await rowOf(embeddings, token, embeddingWidth)
      const row = projection ? multiply(projection, embedding) : embedding
      const position = positions && (await rowOf(positions, tree.depths[index]! + positionOffset, hiddenSize))
      values.set(
        row.map((value, column) => Math.fround(value * embeddingScale) + (position?.[column] ?? 0)),
        index * hiddenSize,
      )
    }
    states.push({ tree, values })
  }
  return states
}

/** The values of a matrix, [out, in]. */
async function matrixOf(reader: TensorReader, matrix: WeightTensor): Promise<Float32Array> {
  return decodeValues(await reader.read(matrix, 0, matrix.byteLength), matrix.dtype)
}

/** matrix [out, in] × vector [in]. */
function multiply(matrix: Float32Array, vector: Float32Array): Float32Array {
  const width = vector.length
  return Float32Array.from({ length: matrix.length / width }, (_, row) => {
    let sum = 0
    for (let column = 0; column < width; column++) sum += matrix[row * width + column]! * vector[column]!
    return sum
  })
}
