/**
 * A LoRA adapter as PEFT saves it: adapter_config.json and adapter_model.safetensors. Rules are those of peft 0.21.2 (`tuners/lora/layer.py`,
 * `utils/save_and_load.py`). What would be computed otherwise than there is refused with its name.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { hashWeights } from '../weights/weights-hash.ts'
import type { ModelConfig } from '../config/config.ts'
import { expectedTensors } from '../weights/expected-tensors.ts'
import { modelFile, readModelFile } from '../model-file.ts'
import { readSafetensorsHeader, type TensorEntry } from '../weights/safetensors.ts'
import type { WeightTensor } from '../weights/stored-tensor.ts'
import { AdapterError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import { OutOfTime, timeLimit } from '../../io/time-limit.ts'
import type { LowRankPair } from './runnable-weights.ts'
import { pathExists } from '../../io/path-exists.ts'

/** An adapter that fits its model. Locations are relative to `root`. */
export interface Adapter {
  /** Its folder, links resolved. */
  readonly root: string
  /** By the name of the weight that it adds to; the embedding's are [rank, vocabulary] and [hidden, rank]. */
  readonly pairs: ReadonlyMap<string, LowRankPair>
  /** Tensors that stand in place of the model's: modules_to_save, and trained biases. */
  readonly replaced: ReadonlyMap<string, WeightTensor>
  /** It gives a tied model another embedding than head. */
  readonly isUntied: boolean
  /** sha256 over the weights, and over what of the config makes numbers. */
  readonly hash: string
}

/** Names of the two tensors that are one in a tied model. */
export const HEAD = 'lm_head.weight'
export const EMBEDDINGS = 'model.embed_tokens.weight'

const WEIGHTS_FILE = 'adapter_model.safetensors'
const CONFIG_FILE = 'adapter_config.json'

const pattern = z.record(z.string(), z.number().positive()).nullish()
const configSchema = z.looseObject({
  peft_type: z.string(),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  ensure_weight_tying: z.boolean().nullish(),
})
type AdapterConfig = z.infer<typeof configSchema>

/** Kinds of LoRA that compute something else; each by the setting that turns it on. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  use_dora: 'DoRA',
  layer_replication: 'layer replication',
  use_qalora: 'QA-LoRA',
  use_bdlora: 'block-diagonal LoRA',
  alora_invocation_tokens: 'activated LoRA',
  arrow_config: 'Arrow',
  kasa_config: 'KaSA',
  monteclora_config: 'MonteCLoRA',
  lora_bias: 'LoRA with biases of its own',
  target_parameters: 'LoRA on bare parameters',
  trainable_token_indices: 'trained token embeddings (trainable_token_indices)',
}

/** Beginnings that leave the base model as it is. The others take a part of the weights away from it. */
const PLAIN_BEGINNINGS: readonly unknown[] = [true, false, null, undefined, 'gaussian', 'orthogonal', 'eva']

/** Reads and checks the adapter in `folder` for a model. Fails with AdapterError where it is of another kind or does not fit. */
export async function readAdapter(folder: string, config: ModelConfig): Promise<Adapter> {
  const adapterConfig = await readAdapterConfig(folder)
  checkKind(adapterConfig, config, folder)
  const file = await weightsFile(folder)
  const entries = await readSafetensorsHeader(file)
  const root = path.dirname(file)
  const location = path.basename(file)
  const shapes = shapesOf(config)
  const halves = new Map<string, { down?: WeightTensor; up?: WeightTensor }>()
  const replaced = new Map<string, WeightTensor>()
  let isUntied = false
  for (const entry of entries) {
    const tensor = { dtype: entry.dtype, shape: entry.shape, location, byteOffset: entry.byteOffset, byteLength: entry.byteLength }
    const { name, half, isCopy } = parseKey(entry, config, adapterConfig, shapes, folder)
    if (half) halves.set(name, { ...halves.get(name), [half]: tensor })
    else replaced.set(name, tensor)
    isUntied ||= config.tiedHead && isCopy === true && (name === HEAD || name === EMBEDDINGS)
  }
  const pairs = new Map([...halves].map(([name, { down, up }]) => [name, pairOf(name, down, up, adapterConfig, shapes.get(name)!, folder)]))
  if (pairs.size + replaced.size === 0) throw new AdapterError(`${file} holds no tensors`, 'Save the adapter again with save_pretrained().')
  for (const [name, { shape }] of replaced) checkShape(name, shape, shapes.get(name)!, folder)
  const scales = [...pairs].map(([name, { scale }]) => [name, scale])
  const hash = createHash('sha256')
    .update(await hashWeights({ root, files: [location] }))
    .update(JSON.stringify(scales))
    .digest('hex')
  return { root, pairs, replaced, isUntied, hash }
}

async function readAdapterConfig(folder: string): Promise<AdapterConfig> {
  const file = path.join(folder, CONFIG_FILE)
  const text = await readModelFile(folder, CONFIG_FILE)
  if (!text)
    throw new AdapterError(`no adapter in ${folder}: cannot read ${CONFIG_FILE}`, `Give a folder with ${CONFIG_FILE} and ${WEIGHTS_FILE}, as PEFT saves them.`)
  let content: unknown
  try {
    content = parseJson(text.toString('utf8'))
  } catch (cause) {
    throw new AdapterError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  const type = (content as { peft_type?: unknown } | null)?.peft_type
  if (typeof type === 'string' && type !== 'LORA') throw new AdapterError(`${file}: an adapter of type ${type} is not supported`, 'Supported: LORA.')
  const checked = configSchema.safeParse(content)
  if (!checked.success) throw new AdapterError(`${file} is malformed: ${z.prettifyError(checked.error)}`, 'Save the adapter again with save_pretrained().')
  return checked.data
}

function checkKind(adapter: AdapterConfig, { tiedHead }: ModelConfig, folder: string): void {
  const refused = (what: string, hint: string) => new AdapterError(`${folder}: ${what} is not supported`, hint)
  for (const [setting, kind] of Object.entries(OTHER_KINDS)) if (adapter[setting]) throw refused(kind, 'Supported: plain LoRA, with or without rslora.')
  if (!PLAIN_BEGINNINGS.includes(adapter.init_lora_weights)) {
    throw refused(
      `init_lora_weights ${String(adapter.init_lora_weights)}, which changes the base model,`,
      'Save it with path_initial_model_for_weight_conversion: then it is a plain LoRA.',
    )
  }
  if (adapter.ensure_weight_tying && tiedHead) throw refused('ensure_weight_tying on a tied head', 'Merge the adapter into the model with merge_and_unload().')
}

/** The safetensors file. A pickled one is never opened: it may run code. */
async function weightsFile(folder: string): Promise<string> {
  const file = await modelFile(folder, WEIGHTS_FILE)
  if (file !== undefined) return file
  const isPickled = await pathExists(path.join(folder, 'adapter_model.bin'))
  throw isPickled
    ? new AdapterError(`${folder} holds adapter_model.bin, a pickle, which is never read`, 'Load it in PEFT and save_pretrained(safe_serialization=True).')
    : new AdapterError(`no ${WEIGHTS_FILE} in ${folder}`, 'Give the folder that PEFT saved the adapter to.')
}

/** Shapes of all that a key may name; the head of a tied model too, which an adapter may untie. */
function shapesOf(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  return new Map(expectedTensors({ ...config, tiedHead: false }).map(({ name, shape }) => [name, shape]))
}

const HALVES: Readonly<Record<string, 'down' | 'up'>> = { lora_A: 'down', lora_embedding_A: 'down', lora_B: 'up', lora_embedding_B: 'up' }

/** The weight that a key means, and which half of a pair it is; no half for a tensor that replaces the model's. */
function parseKey(
  { name: key, file }: TensorEntry,
  { layerCount, tiedHead }: ModelConfig,
  { modules_to_save: modulesToSave }: AdapterConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
  folder: string,
): { readonly name: string; readonly half?: 'down' | 'up'; readonly isCopy?: boolean } {
  const [, place] = /^base_model\.model\.(.+)$/su.exec(key) ?? []
  // A module with a pair may be saved whole: an embedding always, a bias where it is trained.
  const inner = place?.replace(/\.base_layer(?=\.[^.]+$)/u, '')
  if (inner === undefined) throw new AdapterError(`${file}: ${key} is no key of PEFT`, 'Keys begin with base_model.model.')
  const [, layer] = /(?:^|\.)layers\.(\d+)\./u.exec(inner) ?? []
  if (layer !== undefined && Number(layer) >= layerCount) {
    throw new AdapterError(
      `${folder} has weights for layer ${layer}, the model has layers 0 to ${layerCount - 1}: it was trained on the unpruned model`,
      'Use it with the model that it was trained on, or train one on this.',
    )
  }
  const [, module, part] = /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B)(?:\.weight)?$/u.exec(inner) ?? []
  const name = module === undefined ? inner : `${module}.weight`
  const shape = shapes.get(name)
  const isEmbedding = name === EMBEDDINGS
  if (!shape || (part !== undefined && (shape.length !== 2 || isEmbedding !== part.startsWith('lora_embedding')))) {
    throw new AdapterError(`${folder}: ${key} finds no tensor in the model`, 'The adapter was trained on a model of another architecture.')
  }
  if (part !== undefined) return { name, half: HALVES[part]! }
  // modules_to_save are copies of modules; else what is saved is the model's own tensor, and a tied head has none but the embeddings.
  const isCopy = modulesToSave?.some((module) => name.slice(0, name.lastIndexOf('.')).endsWith(module))
  return { name: tiedHead && name === HEAD && !isCopy ? EMBEDDINGS : name, ...(isCopy && { isCopy }) }
}

/** lora_A [rank, in] and lora_B [out, rank]; scale α ÷ rank, or α ÷ √rank with rslora. */
function pairOf(
  name: string,
  down: WeightTensor | undefined,
  up: WeightTensor | undefined,
  config: AdapterConfig,
  [rows, columns]: readonly number[],
  folder: string,
): LowRankPair {
  const module = name.slice(0, -'.weight'.length)
  if (!down || !up) throw new AdapterError(`${folder}: ${module} has only one of lora_A and lora_B`, 'The file is incomplete; copy or save the adapter again.')
  const rank = patternValue(config.rank_pattern, module, folder) ?? config.r
  const alpha = patternValue(config.alpha_pattern, module, folder) ?? config.lora_alpha
  // An embedding's input is a token, so its lora_A is [rank, vocabulary] and its lora_B [hidden, rank]: its weight is [vocabulary, hidden].
  const [inputs, outputs] = name === EMBEDDINGS ? [rows!, columns!] : [columns!, rows!]
  checkShape(`${module}.lora_A`, down.shape, [rank, inputs], folder)
  checkShape(`${module}.lora_B`, up.shape, [outputs, rank], folder)
  return { rank, scale: alpha / (config.use_rslora ? Math.sqrt(rank) : rank), down, up }
}

function checkShape(name: string, shape: readonly number[], expected: readonly number[], folder: string): void {
  if (shape.join() === expected.join()) return
  const axis = vocabularyAxis(name)
  if (axis !== undefined && shape.length === expected.length && shape.every((extent, index) => index === axis || extent === expected[index]))
    throw new AdapterError(
      `${folder}: ${name} has ${shape[axis]} tokens, the model's vocabulary ${expected[axis]}: the vocabulary was resized before the adapter was trained`,
      `Merge it in PEFT: load the model, resize_token_embeddings(${shape[axis]}), load the adapter on it, merge_and_unload(), and save model and tokenizer.`,
    )
  throw new AdapterError(
    `${folder}: ${name} has shape [${shape.join(', ')}], its config and the model call for [${expected.join(', ')}]`,
    'The adapter was trained on another model, or its config belongs to another file.',
  )
}

/** Which extent of a tensor counts tokens. */
function vocabularyAxis(name: string): number | undefined {
  if (name === EMBEDDINGS || name === HEAD || name === 'lm_head.lora_B') return 0
  return name === 'model.embed_tokens.lora_A' ? 1 : undefined
}

/** Longest time for one pattern on one name, in milliseconds: a stranger's pattern may take for ever. */
const LONGEST_MATCH_MS = 1000
const limit = timeLimit(LONGEST_MATCH_MS)

/** The value of the first pattern that matches the end of a module's name: peft `get_pattern_key`. */
function patternValue(patterns: Readonly<Record<string, number>> | null | undefined, module: string, folder: string): number | undefined {
  for (const [key, value] of Object.entries(patterns ?? {})) {
    try {
      if (limit(() => new RegExp(`^(?:.*\\.)?(?:${key})$`, 'u').test(module))) return value
    } catch (cause) {
      const reason = cause instanceof OutOfTime ? `takes longer than ${LONGEST_MATCH_MS / 1000} s` : 'is no regular expression here'
      throw new AdapterError(
        `${folder}: the pattern ${JSON.stringify(key.slice(0, 100))} ${reason}`,
        'Name the modules plainly, such as layers.0.self_attn.q_proj.',
        { cause },
      )
    }
  }
  return undefined
}
