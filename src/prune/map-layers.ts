/** Reads a checkpoint backwards: which layers of a base model a variant's layers came from, from weights alone. */
import { readConfig } from '../model/config/config.ts'
import { isHeadNorm, isProjection, layerRole, layerTensorName, parseLayerTensor } from '../model/families/tensor-names.ts'
import { decodeValues, encodeValues } from '../model/weights/element-type.ts'
import { BYTES_PER_VALUE } from '../model/weights/safetensors.ts'
import { tensorReader } from '../model/weights/tensor-bytes.ts'
import { readWeights } from '../model/weights/weights.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { gatherEvidence, type LayerEvidence, type ReadableWeights } from './layer-evidence.ts'
import { conclude, guessOrigin, type FoundLayer, type Verdict } from './layer-origin.ts'
import { evaluateSum } from './merge-rule.ts'

/** One tensor of a variant's layer. */
export interface MappedTensor {
  /** Without the prefix of the layer. */
  readonly name: string
  /** Base layer with the highest cosine, and that cosine over the whole tensor. */
  readonly layer: number
  readonly cosine: number
  /** Length of the difference from what the layer's origin says, over the tensor's length. */
  readonly distance: number
  /** The bytes are those that the origin gives. */
  readonly isExact: boolean
}

/** One layer of the variant. */
export interface MappedLayer extends FoundLayer {
  readonly layer: number
  /** Share of the projections' squared length that base layers explain. */
  readonly explained: number
  readonly tensors: readonly MappedTensor[]
}

/** A tensor outside the layers. */
export interface MappedOther {
  readonly name: string
  /** `resized`: another number of rows; the distance is over those that both have. */
  readonly state: 'same' | 'changed' | 'resized' | 'not in base' | 'not in variant'
  readonly distance: number | null
}

/** The whole map. */
export interface LayerMap {
  readonly baseLayerCount: number
  readonly layers: readonly MappedLayer[]
  readonly others: readonly MappedOther[]
  readonly verdict: Verdict
  /** Why layers cannot be compared at all; then there are none. */
  readonly mismatch: string | null
}

/** Told how far the work is. */
export interface MapWatcher {
  /** Before anything is compared: how many steps there are. */
  readonly onStart: (steps: number) => void
  readonly onStep: () => void
}

/** Compares two model folders. Fails with CheckpointError on a folder that cannot be read. */
export async function mapLayers(baseFolder: string, variantFolder: string, watcher: MapWatcher): Promise<LayerMap> {
  const [baseConfig, variantConfig] = [await readConfig(baseFolder), await readConfig(variantFolder)]
  const [baseWeights, variantWeights] = [await readWeights(baseFolder, baseConfig), await readWeights(variantFolder, variantConfig)]
  await using baseReader = tensorReader(baseWeights.root)
  await using variantReader = tensorReader(variantWeights.root)
  const base: ReadableWeights = { tensorNames: baseConfig.tensorNames, tensors: baseWeights.tensors, layerCount: baseConfig.layerCount, reader: baseReader }
  const variant: ReadableWeights = {
    tensorNames: variantConfig.tensorNames,
    tensors: variantWeights.tensors,
    layerCount: variantConfig.layerCount,
    reader: variantReader,
  }
  const baseLayerCount = base.layerCount

  const { names, mismatch } = commonTensors(base, variant)
  if (mismatch !== null) {
    return { baseLayerCount, layers: [], others: [], verdict: { parent: 'another model', method: 'unknown', dropped: [], isDrifted: false }, mismatch }
  }
  watcher.onStart(names.length + variant.layerCount)
  const evidence = await gatherEvidence(base, variant, names, watcher.onStep)
  const layers: MappedLayer[] = []
  for (const [layer, own] of evidence.entries()) {
    layers.push(await verifyLayer(base, variant, layer, own))
    watcher.onStep()
  }
  return { baseLayerCount, layers, others: await compareOthers(base, variant), verdict: conclude(layers, baseLayerCount), mismatch }
}

/** Names that all layers of both models have, or why there is no sense in comparing them. */
function commonTensors(base: ReadableWeights, variant: ReadableWeights): { readonly names: readonly string[]; readonly mismatch: string | null } {
  const names = [...base.tensors.keys()].flatMap((name) => {
    const part = parseLayerTensor(base.tensorNames, name)
    return part?.layer === 0 && variant.tensors.has(layerTensorName(variant.tensorNames, 0, part.name)) ? [part.name] : []
  })
  for (const name of names) {
    const [a, b] = [base, variant].map(({ tensorNames, tensors }) => tensors.get(layerTensorName(tensorNames, 0, name))!.shape)
    if (a!.join() !== b!.join()) return { names, mismatch: `${name} has shape [${a!.join(', ')}] in the base and [${b!.join(', ')}] in the variant` }
  }
  const inAll = ({ tensorNames, tensors, layerCount }: ReadableWeights, name: string) =>
    Array.from({ length: layerCount }, (_, layer) => layer).every((layer) => tensors.has(layerTensorName(tensorNames, layer, name)))
  return { names: names.filter((name) => inAll(base, name) && inAll(variant, name)), mismatch: null }
}

/** Holds the whole tensors of a layer against what the samples made likely. */
async function verifyLayer(base: ReadableWeights, variant: ReadableWeights, layer: number, evidence: LayerEvidence): Promise<MappedLayer> {
  const guess = guessOrigin(evidence, base.tensorNames)
  const projections = new Map(guess.sum.map((term) => [term.layer, term.coefficient]))
  const norms = new Map([[guess.norms, 1]])
  const tensors: MappedTensor[] = []
  for (const { name, cosines } of evidence.tensors) {
    const winner = cosines.indexOf(Math.max(...cosines))
    const compare = (sum: ReadonlyMap<number, number>) => compareTensor(base, variant, { name, layer, winner, sum })
    const role = layerRole(base.tensorNames, name)
    if (role !== undefined && isProjection(role)) tensors.push({ name, layer: winner, ...(await compare(projections)) })
    else {
      // The norms of queries and keys may have been merged with the projections or kept with the base.
      const found = [await compare(norms), ...(role !== undefined && isHeadNorm(role) && projections.size > 0 ? [await compare(projections)] : [])]
      tensors.push({ name, layer: winner, ...found.sort((x, y) => x.distance - y.distance)[0]! })
    }
  }
  const distance = Math.max(...tensors.map((tensor) => tensor.distance))
  return { layer, ...guess, explained: evidence.explained, isExact: tensors.every(({ isExact }) => isExact), distance, tensors }
}

/** Values compared at a time. */
const PIECE_VALUES = 1 << 18

/** A tensor of a variant's layer, the base layer that it is most like, and the sum of base layers that it is said to be. */
interface Claim {
  readonly name: string
  readonly layer: number
  readonly winner: number
  readonly sum: ReadonlyMap<number, number>
}

async function compareTensor(
  base: ReadableWeights,
  variant: ReadableWeights,
  { name, layer, winner, sum }: Claim,
): Promise<Pick<MappedTensor, 'cosine' | 'distance' | 'isExact'>> {
  const tensor = variant.tensors.get(layerTensorName(variant.tensorNames, layer, name))!
  const count = tensor.byteLength / BYTES_PER_VALUE[tensor.dtype]
  let [product, square, winnerSquare, difference] = [0, 0, 0, 0]
  let isExact = sum.size > 0
  for (let start = 0; start < count; start += PIECE_VALUES) {
    const length = Math.min(PIECE_VALUES, count - start)
    const bytes = await readPiece(variant, tensor, start, length)
    const values = decodeValues(bytes, tensor.dtype)
    const baseValues = new Map<number, Float32Array>()
    for (const layer of new Set([winner, ...sum.keys()])) {
      const from = base.tensors.get(layerTensorName(base.tensorNames, layer, name))!
      baseValues.set(layer, decodeValues(await readPiece(base, from, start, length), from.dtype))
    }
    // Rounded as a writer of this dtype would have: what rounding takes is not held against the variant.
    const expectedBytes = encodeValues(sum.size === 0 ? new Float64Array(length) : evaluateSum(sum, (layer) => baseValues.get(layer)!), tensor.dtype)
    const expected = decodeValues(expectedBytes, tensor.dtype)
    const likeliest = baseValues.get(winner)!
    for (let index = 0; index < length; index++) {
      const value = values[index]!
      product += value * likeliest[index]!
      square += value * value
      winnerSquare += likeliest[index]! * likeliest[index]!
      difference += (value - expected[index]!) ** 2
    }
    isExact &&= Buffer.compare(bytes, expectedBytes) === 0
  }
  const ratio = square === 0 ? Number(difference !== 0) : Math.sqrt(difference / square)
  return { cosine: square * winnerSquare === 0 ? 0 : product / Math.sqrt(square * winnerSquare), distance: ratio, isExact }
}

function readPiece({ reader }: ReadableWeights, tensor: WeightTensor, start: number, length: number): Promise<Uint8Array> {
  const width = BYTES_PER_VALUE[tensor.dtype]
  return reader.read(tensor, start * width, length * width)
}

/** Embeddings, the last norm, the head. */
async function compareOthers(base: ReadableWeights, variant: ReadableWeights): Promise<MappedOther[]> {
  const names = [...new Set([...base.tensors.keys(), ...variant.tensors.keys()])].filter(
    (name) => !parseLayerTensor(base.tensorNames, name) && !parseLayerTensor(variant.tensorNames, name),
  )
  const others: MappedOther[] = []
  for (const name of names.sort()) {
    const [from, to] = [base.tensors.get(name), variant.tensors.get(name)]
    if (!from || !to) others.push({ name, state: from ? 'not in variant' : 'not in base', distance: null })
    else if (from.shape.slice(1).join() !== to.shape.slice(1).join()) others.push({ name, state: 'resized', distance: null })
    else {
      const distance = await distanceOverCommonRows(base, variant, from, to)
      others.push({ name, state: from.shape[0] !== to.shape[0] ? 'resized' : distance === 0 ? 'same' : 'changed', distance })
    }
  }
  return others
}

async function distanceOverCommonRows(base: ReadableWeights, variant: ReadableWeights, from: WeightTensor, to: WeightTensor): Promise<number> {
  const count = Math.min(from.byteLength / BYTES_PER_VALUE[from.dtype], to.byteLength / BYTES_PER_VALUE[to.dtype])
  let [square, difference] = [0, 0]
  for (let start = 0; start < count; start += PIECE_VALUES) {
    const length = Math.min(PIECE_VALUES, count - start)
    const [a, b] = [decodeValues(await readPiece(base, from, start, length), from.dtype), decodeValues(await readPiece(variant, to, start, length), to.dtype)]
    for (let index = 0; index < length; index++) {
      square += b[index]! ** 2
      difference += (b[index]! - a[index]!) ** 2
    }
  }
  return square === 0 ? Number(difference !== 0) : Math.sqrt(difference / square)
}
