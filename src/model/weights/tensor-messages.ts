/** What to say where weights and config.json do not agree: tensors that are missing, of another shape, or not used. */
import { listNames } from '../../text/list-names.ts'
import { CheckpointError } from '../../errors.ts'
import type { ModelConfig } from '../config/config.ts'
import { expectedTensors, type ExpectedTensor } from './expected-tensors.ts'

/** A tensor as an error needs it. */
interface Found {
  readonly file: string
  readonly shape: readonly number[]
}

/** A tensor that the config calls for is not there. */
export function missingTensor(name: string, { layerCount }: ModelConfig, entries: ReadonlyMap<string, unknown>, folder: string): CheckpointError {
  const message = `${folder}: tensor ${name} is missing`
  const layers = layersOf(entries.keys())
  const layer = layerOf(name)
  if (layer !== undefined && layers.length > 0 && !layers.includes(layer))
    return new CheckpointError(
      `${message}: the weights hold ${layers.length === 1 ? `layer ${layers[0]}` : `${layers.length} layers, ${ranges(layers)}`}, config.json has num_hidden_layers ${layerCount}`,
      'Layers are numbered from 0 without gaps. Set num_hidden_layers, or number the layers anew.',
    )
  const base = name.replace(/\.weight$/u, '')
  const packed = [...entries.keys()].find((key) => key.startsWith(`${base}.`) && key !== name && !key.endsWith('.bias'))
  if (packed !== undefined)
    return new CheckpointError(
      `${message}: there is ${packed}`,
      'Quantized weights need their quantization_config in config.json; plain ones are F32, BF16 or F16.',
    )
  const other = [...entries.keys()].find((key) => key.endsWith(name.replace(/^model\./u, '')))
  if (other !== undefined) return new CheckpointError(`${message}: there is ${other}`, `Rename the tensors as transformers does: ${name}.`)
  if (name === 'lm_head.weight')
    return new CheckpointError(message, 'The weights are incomplete, or the head is tied to the embeddings: then set tie_word_embeddings to true.')
  return new CheckpointError(message, 'The weights are incomplete, or config.json belongs to another model.')
}

/** A tensor has another shape than the config calls for: in some layers, as width pruning leaves it, or in all. */
export function wrongShape({ name, shape }: ExpectedTensor, config: ModelConfig, entries: ReadonlyMap<string, Found>): CheckpointError {
  const found = entries.get(name)!
  const message = `${found.file}: tensor ${name} has shape [${found.shape.join(', ')}], config.json calls for [${shape.join(', ')}]`
  const layer = layerOf(name)
  const field = fieldOf(name, found.shape, shape, config)
  const given = field && `${field.name} is ${field.value}`
  if (layer !== undefined) {
    const shapes = layersOf(entries.keys()).map((other) => entries.get(name.replace(/\d+/u, String(other)))?.shape.join())
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
  name: string,
  found: readonly number[],
  expected: readonly number[],
  config: ModelConfig,
): { name: string; value: number; fitting?: number } | undefined {
  const axis = expected.findIndex((extent, index) => extent !== found[index])
  if (found.length !== expected.length || expected.filter((extent, index) => extent !== found[index]).length !== 1) return undefined
  const extent = found[axis]!
  const wholeHeads = extent % config.headSize === 0 ? { fitting: extent / config.headSize } : {}
  if (/\.mlp\./u.test(name) && expected[axis] === config.intermediateSize) return { name: 'intermediate_size', value: config.intermediateSize, fitting: extent }
  if (/\.(?:q_proj|o_proj)\./u.test(name) && expected[axis] === config.headCount * config.headSize)
    return { name: 'num_attention_heads', value: config.headCount, ...wholeHeads }
  if (/\.[kv]_proj\./u.test(name) && axis === 0) return { name: 'num_key_value_heads', value: config.keyValueHeadCount, ...wholeHeads }
  if (/embed_tokens|lm_head/u.test(name) && axis === 0) return { name: 'vocab_size', value: config.vocabularySize, fitting: extent }
  return undefined
}

/** Buffers that older checkpoints hold beside the weights; what is in them is computed. */
const HARMLESS = /\.rotary_emb\.inv_freq$|\.attn\.masked_bias$/u
/** Names that a notice shows. */
const MOST_NAMES = 3

/** Notices of the tensors that no part of the model reads. */
export function unusedTensors(config: ModelConfig, names: readonly string[], packed: ReadonlyMap<string, unknown>): string[] {
  const used = new Set(expectedTensors({ ...config, tiedHead: false }).map(({ name }) => name))
  // A packed projection is made of several tensors under its name.
  const parts = (name: string) => packed.has(`${name.slice(0, name.indexOf('_proj.') + '_proj.'.length)}weight`) && !name.endsWith('.bias')
  const unused = names.filter((name) => !used.has(name) && !HARMLESS.test(name) && !parts(name))
  const isBeyond = (name: string) => (layerOf(name) ?? -1) >= config.layerCount
  const layers = layersOf(unused).filter((layer) => layer >= config.layerCount)
  const others = unused.filter((name) => !isBeyond(name))
  const notices: string[] = []
  if (layers.length > 0)
    notices.push(
      `the weights hold ${layers.length === 1 ? `layer ${layers[0]}` : `layers ${ranges(layers)}`} beyond num_hidden_layers ${config.layerCount} of config.json: not used, as transformers does`,
    )
  if (others.length > 0) {
    const shown = others.map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name))
    notices.push(
      `the weights hold ${others.length === 1 ? 'a tensor' : 'tensors'} that the model does not use, as in transformers: ${listNames(shown, MOST_NAMES)}`,
    )
  }
  return notices
}

function layerOf(name: string): number | undefined {
  const [, layer] = /^model\.layers\.(\d{1,6})\./u.exec(name) ?? []
  return layer === undefined ? undefined : Number(layer)
}

function layersOf(names: Iterable<string>): number[] {
  return [...new Set([...names].flatMap((name) => layerOf(name) ?? []))].sort((a, b) => a - b)
}

/** `0 to 3, 5`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = []
  for (const number of numbers) {
    const last = parts.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else parts.push([number, number])
  }
  const shown = parts.slice(0, MOST_NAMES + 1).map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`))
  return parts.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
