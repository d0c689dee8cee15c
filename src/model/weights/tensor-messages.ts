/** Errors and notices if weights and config.json disagree: tensors that are missing, have another shape, or are not used. */
import { listNames } from '../../text/list-names.ts'
import { CheckpointError } from '../../errors.ts'
import type { ModelConfig } from '../config/config.ts'
import { isFeedForward, layerTensorName, parseLayerTensor, type TensorNames } from '../families/tensor-names.ts'
import { possibleTensors, type ExpectedTensor } from './expected-tensors.ts'

/** A tensor as an error needs it. */
interface Found {
  readonly file: string
  readonly shape: readonly number[]
}

/** A tensor that the config calls for is not there. */
export function missingTensor(
  { name, role, layer }: ExpectedTensor,
  config: ModelConfig,
  entries: ReadonlyMap<string, unknown>,
  folder: string,
): CheckpointError {
  const { layerCount, tensorNames: names } = config
  const message = `${folder}: tensor ${name} is missing`
  const layers = layersOf(names, entries.keys())
  if (layer !== undefined && layers.length > 0 && !layers.includes(layer))
    return new CheckpointError(
      `${message}: the weights hold ${layers.length === 1 ? `layer ${layers[0]}` : `${layers.length} layers, ${ranges(layers)}`}, config.json has num_hidden_layers ${layerCount}`,
      'Layers are numbered from 0 without gaps. Set num_hidden_layers, or number the layers anew.',
    )
  const module = name.replace(/\.weight$/u, '')
  const packed = [...entries.keys()].find((key) => key.startsWith(`${module}.`) && key !== name && !key.endsWith('.bias'))
  if (packed !== undefined)
    return new CheckpointError(
      `${message}: there is ${packed}`,
      'Quantized weights need their quantization_config in config.json; plain ones are F32, BF16 or F16.',
    )
  const ending = name.startsWith(names.base) ? name.slice(names.base.length) : name
  const other = [...entries.keys()].find((key) => key.endsWith(ending))
  if (other !== undefined) return new CheckpointError(`${message}: there is ${other}`, `Rename the tensors as transformers does: ${name}.`)
  if (role === 'head')
    return new CheckpointError(message, 'The weights are incomplete, or the head is tied to the embeddings: then set tie_word_embeddings to true.')
  return new CheckpointError(message, 'The weights are incomplete, or config.json belongs to another model.')
}

/** A tensor has another shape than the config calls for: in some layers, as width pruning leaves it, or in all. */
export function wrongShape(expected: ExpectedTensor, config: ModelConfig, entries: ReadonlyMap<string, Found>): CheckpointError {
  const { name, shape, layer } = expected
  const { tensorNames: names } = config
  const found = entries.get(name)!
  const message = `${found.file}: tensor ${name} has shape [${found.shape.join(', ')}], config.json calls for [${shape.join(', ')}]`
  const field = fieldOf(expected, found.shape, config)
  const given = field && `${field.name} is ${field.value}`
  if (layer !== undefined) {
    const within = parseLayerTensor(names, name)!.name
    const shapes = layersOf(names, entries.keys()).map((other) => entries.get(layerTensorName(names, other, within))?.shape.join())
    if (shapes.some((other) => other !== undefined && other !== found.shape.join()))
      return new CheckpointError(
        `${message}${given ? ` (${given})` : ''}: layers of different widths, as width pruning leaves them, are not supported`,
        'All layers need the widths that config.json gives. Score such a model on a server: --model NAME=http://HOST:PORT/v1,tokenizer=FOLDER.',
      )
  }
  return new CheckpointError(
    given ? `${message} (${given})` : message,
    field?.fitting === undefined
      ? 'Weights and config.json belong to different models.'
      : `Set ${field.name} to ${field.fitting} if the weights are right, else get the config.json that belongs to them.`,
  )
}

/** The field that says how wide a tensor is, and the value that would fit. */
function fieldOf(
  { role, shape: expected }: ExpectedTensor,
  found: readonly number[],
  config: ModelConfig,
): { readonly name: string; readonly value: number; readonly fitting?: number } | undefined {
  const axis = expected.findIndex((extent, index) => extent !== found[index])
  if (found.length !== expected.length || expected.filter((extent, index) => extent !== found[index]).length !== 1) return undefined
  const extent = found[axis]!
  const wholeHeads = extent % config.headSize === 0 ? { fitting: extent / config.headSize } : {}
  if (role === 'embeddings' || role === 'head') return axis === 0 ? { name: 'vocab_size', value: config.vocabularySize, fitting: extent } : undefined
  if (role === 'positions') return axis === 0 ? { name: 'max_position_embeddings', value: config.maxPositions } : undefined
  if (role === 'embeddingNorm' || role === 'finalNorm' || role === 'embeddingProjection' || role === 'headProjection') return undefined
  if (isFeedForward(role) && expected[axis] === config.intermediateSize) return { name: 'intermediate_size', value: config.intermediateSize, fitting: extent }
  if ((role === 'query' || role === 'attentionOutput') && expected[axis] === config.headCount * config.headSize)
    return { name: 'num_attention_heads', value: config.headCount, ...wholeHeads }
  if ((role === 'key' || role === 'value') && axis === 0) return { name: 'num_key_value_heads', value: config.keyValueHeadCount, ...wholeHeads }
  return undefined
}

/** Names that a notice shows. */
const MAX_NAMES = 3

/** Notices of the tensors that no part of the model reads. */
export function unusedTensors(config: ModelConfig, tensors: readonly string[], packed: ReadonlyMap<string, unknown>): string[] {
  const { layerCount, tensorNames: names } = config
  const used = new Set(possibleTensors(config).map(({ name }) => name))
  const isBuffer = (name: string) => names.buffers.some((suffix) => name.endsWith(suffix))
  const unused = tensors.filter((name) => !used.has(name) && !isBuffer(name) && !isPackedPart(name, packed))
  const isBeyond = (name: string) => (parseLayerTensor(names, name)?.layer ?? -1) >= layerCount
  const layers = layersOf(names, unused.filter(isBeyond))
  const others = unused.filter((name) => !isBeyond(name))
  const notices: string[] = []
  if (layers.length > 0)
    notices.push(
      `the weights hold ${layers.length === 1 ? `layer ${layers[0]}` : `layers ${ranges(layers)}`} beyond num_hidden_layers ${layerCount} of config.json: not used, as transformers does`,
    )
  if (others.length > 0) {
    const shown = others.map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name))
    notices.push(
      `the weights hold ${others.length === 1 ? 'a tensor' : 'tensors'} that the model does not use, as in transformers: ${listNames(shown, MAX_NAMES)}`,
    )
  }
  return notices
}

/** A packed projection is stored as several tensors below the name of its module. */
function isPackedPart(name: string, packed: ReadonlyMap<string, unknown>): boolean {
  if (name.endsWith('.bias')) return false
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) if (packed.has(`${name.slice(0, end)}.weight`)) return true
  return false
}

function layersOf(names: TensorNames, tensors: Iterable<string>): number[] {
  return [...new Set([...tensors].flatMap((name) => parseLayerTensor(names, name)?.layer ?? []))].sort((a, b) => a - b)
}

/** `0 to 3, 5`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = []
  for (const number of numbers) {
    const last = parts.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else parts.push([number, number])
  }
  const shown = parts.slice(0, MAX_NAMES + 1).map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`))
  return parts.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
