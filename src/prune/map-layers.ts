/** Infers how a checkpoint was made: which layers of a base model the layers of a variant came from, from the weights alone. */
import { readConfig } from '../model/config/config.ts'
import { isHeadNorm, isProjection, layerRole, layerTensorName, parseLayerTensor } from '../model/families/tensor-names.ts'
import { tensorReader } from '../model/weights/tensor-bytes.ts'
import { readWeights } from '../model/weights/weights.ts'
import { compareTensor, distanceOverCommonRows } from './compare-tensors.ts'
import { gatherEvidence, type LayerEvidence, type ReadableWeights } from './layer-evidence.ts'
import { conclude, guessOrigin, type FoundLayer, type Verdict } from './layer-origin.ts'

/** One tensor of a variant's layer. */
export interface MappedTensor {
  /** Without the prefix of the layer. */
  readonly name: string
  /** Base layer with the highest cosine, and that cosine over the whole tensor. */
  readonly layer: number
  readonly cosine: number
  /** Length of the difference from the tensor that the layer's origin gives, over the tensor's length. */
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

/** Progress of the work. */
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

/** Names that all layers of both models have, or why the models cannot be compared. */
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

/** Compares the whole tensors of a layer with the source that the samples suggest. */
async function verifyLayer(base: ReadableWeights, variant: ReadableWeights, layer: number, evidence: LayerEvidence): Promise<MappedLayer> {
  const guess = guessOrigin(evidence, base.tensorNames)
  const projections = new Map(guess.sum.map((term) => [term.layer, term.coefficient]))
  const norms = new Map([[guess.norms, 1]])
  const tensors: MappedTensor[] = []
  for (const { name, cosines } of evidence.tensors) {
    const nearest = cosines.indexOf(Math.max(...cosines))
    const compare = (sum: ReadonlyMap<number, number>) => compareTensor(base, variant, { name, layer, nearest, sum })
    const role = layerRole(base.tensorNames, name)
    if (role !== undefined && isProjection(role)) tensors.push({ name, layer: nearest, ...(await compare(projections)) })
    else {
      // The norms of queries and keys may have been merged with the projections or left as in the base.
      const found = [await compare(norms), ...(role !== undefined && isHeadNorm(role) && projections.size > 0 ? [await compare(projections)] : [])]
      tensors.push({ name, layer: nearest, ...found.sort((x, y) => x.distance - y.distance)[0]! })
    }
  }
  const distance = Math.max(...tensors.map((tensor) => tensor.distance))
  return { layer, ...guess, explained: evidence.explained, isExact: tensors.every(({ isExact }) => isExact), distance, tensors }
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
      const distance = await distanceOverCommonRows(base, variant, { from, to })
      others.push({ name, state: from.shape[0] !== to.shape[0] ? 'resized' : distance === 0 ? 'same' : 'changed', distance })
    }
  }
  return others
}
