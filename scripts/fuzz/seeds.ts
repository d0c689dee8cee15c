/** Good files of every kind, small: the fixtures of the tests, the built-in tasks, and runs cut to a few items. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { LayerScan } from '../../src/prune/scan/layer-scan.ts'
import { PUBLISHED_SETTINGS } from '../../test/card/published-settings.ts'
import { FAMILIES as CHECKPOINTS } from '../../test/fixture-requests.ts'
import { tinyModel } from '../../test/tiny-model.ts'
import type { Files } from './mutate.ts'

const ROOT = path.join(import.meta.dirname, '../..')

/** The files of a folder, not of folders in it; `names` if only some are wanted. */
function filesOf(folder: string, names: (name: string) => boolean = () => true): Record<string, Buffer> {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && names(entry.name))
  return Object.fromEntries(entries.map(({ name }) => [name, readFileSync(path.join(folder, name))]))
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, null, 1))
}

/** Checkpoints of several families, one of them in two shards with an index. */
export function checkpointSeeds(): Files[] {
  return [
    ...['qwen3', 'llama3', 'mistral-window', 'qwen2-yarn'].map((family) => ({ ...filesOf(tinyModel(family)), 'golden.json': Buffer.from('{}') })),
    ...configVariants(),
    shardedCheckpoint(),
  ]
}

/** One checkpoint with config.json in other spellings: frequencies by length, and a language model in a larger one. */
function configVariants(): Files[] {
  const { 'config.json': text, ...files } = filesOf(tinyModel('mistral-window'), (name) => name !== 'golden.json')
  const config = JSON.parse(text!.toString()) as Record<string, unknown>
  const longrope = {
    rope_type: 'longrope',
    short_factor: [1, 1, 1.5, 1.5, 2, 2, 3, 3],
    long_factor: [1, 2, 3, 5, 9, 12, 16, 20],
    original_max_position_embeddings: 64,
    factor: 4,
  }
  return [
    { ...config, rope_scaling: longrope },
    { ...config, rope_scaling: { type: 'dynamic', factor: 2 } },
    { model_type: 'mistral3', vision_config: {}, tie_word_embeddings: false, text_config: config },
  ].map((changed) => ({ ...files, 'config.json': json(changed) }))
}

/** The config.json of every checkpoint of the tests, and with the fields that all families read: all fields of all families. */
export function configSeeds(): Files[] {
  return CHECKPOINTS.flatMap((name) => {
    const { 'config.json': text } = filesOf(path.join(ROOT, 'test/checkpoints', name), (file) => file === 'config.json')
    const config = JSON.parse(text!.toString()) as Record<string, unknown>
    return [{ 'config.json': text! }, { 'config.json': json({ ...COMMON_FIELDS, ...config }) }]
  })
}

/** Fields that most configs leave out. */
const COMMON_FIELDS = {
  head_dim: 8,
  num_key_value_heads: 4,
  partial_rotary_factor: 1,
  rope_theta: 10_000,
  rope_scaling: { rope_type: 'linear', factor: 2 },
  original_max_position_embeddings: 64,
  torch_dtype: 'bfloat16',
}

/** A config.json with nearly everything left out: no weights fit it. */
export const SHORTEST_CONFIG: Files = { 'config.json': json({ model_type: 'mistral' }) }

/** Checkpoints as quantizing tools left them. */
export function quantizedSeeds(): Files[] {
  const folder = path.join(ROOT, 'test/model/runnable/goldens/checkpoints')
  return readdirSync(folder).map((name) => filesOf(path.join(folder, name), (file) => file !== 'golden.json'))
}

/** The model that adapters are read for. */
export const ADAPTED_MODEL = path.join(ROOT, 'test/checkpoints/qwen3')

/** Adapters for it, as PEFT saved them: plain, with embeddings in place of the model's, and with pairs of their own for embeddings and head. */
export function adapterSeeds(): Files[] {
  return ['plain', 'saved-embeddings', 'tied-embeddings-and-head'].map((name) =>
    filesOf(path.join(ROOT, 'test/model/runnable/goldens/adapters', name), (file) => file !== 'golden.json'),
  )
}

/** Tensors of one file named by an index: two names, of which the second is a copy of nothing. */
function shardedCheckpoint(): Files {
  const { 'model.safetensors': weights, ...others } = filesOf(tinyModel('qwen3'))
  const header = JSON.parse(weights!.subarray(8, 8 + Number(weights!.readBigUInt64LE())).toString()) as Record<string, Tensor>
  const names = Object.keys(header).filter((name) => name !== '__metadata__')
  const half = names.length >> 1
  const shards = [names.slice(0, half), names.slice(half)].map((members) => shard(weights!, header, members))
  const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  const weightMap = Object.fromEntries(names.map((name, index) => [name, files[index < half ? 0 : 1]!]))
  return {
    ...others,
    [files[0]!]: shards[0]!,
    [files[1]!]: shards[1]!,
    'model.safetensors.index.json': json({ metadata: { total_size: 1 }, weight_map: weightMap }),
  }
}

interface Tensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

function shard(weights: Buffer, header: Readonly<Record<string, Tensor>>, names: readonly string[]): Buffer {
  const start = 8 + Number(weights.readBigUInt64LE())
  let end = 0
  const own: Record<string, Tensor> = {}
  const pieces: Buffer[] = []
  for (const name of names) {
    const tensor = header[name]!
    const [from, to] = tensor.data_offsets
    own[name] = { ...tensor, data_offsets: [end, end + to - from] }
    pieces.push(weights.subarray(start + from, start + to))
    end += to - from
  }
  const text = Buffer.from(JSON.stringify(own))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([prefix, text, ...pieces])
}

/** The templates of the tests, in a file of their own and in tokenizer_config.json. */
export function chatTemplateSeeds(): Files[] {
  const golden = path.join(import.meta.dirname, '../../test/model/chat-template/chat-template.golden.json')
  const { templates } = JSON.parse(readFileSync(golden, 'utf8')) as { readonly templates: Readonly<Record<string, string>> }
  const texts = Object.values(templates)
  return [
    ...texts.map((text): Files => ({ 'chat_template.jinja': Buffer.from(text) })),
    { 'tokenizer_config.json': json({ chat_template: texts.map((template, index) => ({ name: index === 0 ? 'default' : `other${index}`, template })) }) },
  ]
}

/** Tokenizers: BPE over bytes with several pre-tokenizers, WordPiece and Unigram. */
export function tokenizerSeeds(): Files[] {
  const { 'tokenizer.json': bytes, 'tokenizer_config.json': settings } = filesOf(tinyModel('qwen3'))
  const base = JSON.parse(bytes!.toString()) as Record<string, unknown>
  const of = (changes: object): Files => ({ 'tokenizer.json': json({ ...base, ...changes }), ...(settings && { 'tokenizer_config.json': settings }) })
  const split = (pattern: string) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  })
  const vocabulary = ['[UNK]', '[CLS]', '[SEP]', '<s>', '</s>', 'a', 'b', '##a', '##b', '▁', '▁a', 'open', 'jar']
  return [
    of({}),
    of({
      normalizer: { type: 'NFC' },
      pre_tokenizer: split(String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`),
    }),
    of({ pre_tokenizer: split(String.raw`\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+|\s+`) }),
    of({
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '▁' },
          { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        ],
      },
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      model: { type: 'Unigram', unk_id: 0, vocab: vocabulary.map((token, index) => [token, -index]), byte_fallback: false },
    }),
    of({
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, index) => [token, index])),
      },
    }),
  ]
}

/** The parquet fixtures, which pyarrow wrote: snappy, zstd, and lists in structs. */
export function parquetSeeds(): Files[] {
  return Object.entries(filesOf(path.join(ROOT, 'test/data/fixtures'), (name) => /^(?:rows|nested).*\.parquet$/u.test(name))).map(([, content]) => ({
    'rows.parquet': content,
  }))
}

const TASK_PLACES = {
  piqa: 'piqa/validation',
  boolq: 'boolq/validation',
  hellaswag: 'hellaswag/validation',
  mmlu: 'mmlu/test/valley_animals',
  wikitext: 'wikitext/test_document_level',
} as const

/** Tasks that rows are read for. */
export const ROW_TASKS = Object.keys(TASK_PLACES) as readonly (keyof typeof TASK_PLACES)[]

/** Four rows of each of the built-in tasks, as `EXTENSION` holds them; a file a task. */
export function rowSeeds(extension: 'jsonl' | 'csv' | 'txt'): Files[] {
  return Object.entries(TASK_PLACES).map(([task, place]): Files => {
    const lines = readFileSync(path.join(ROOT, 'demo/suites', `${place}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, 4)
    return { [`${task}.${extension}`]: Buffer.from(extension === 'jsonl' ? `${lines.join('\n')}\n` : extension === 'csv' ? csvOf(lines) : textOf(lines)) }
  })
}

function csvOf(lines: readonly string[]): string {
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const columns = Object.keys(rows[0]!)
  const cell = (value: unknown) => `"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))].join('\n')
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => Object.values(JSON.parse(line) as Record<string, unknown>).join(' ')).join('\n')
}

/** The built-in model's runs with four items a task, of the original and the variant, below `original/` and `variant/`; and as lm-eval writes them. */
export function runSeeds(): Files[] {
  const own = { ...cutRun('valley-original', 'original'), ...cutRun('valley-laco', 'variant') }
  const asLmEval = Object.fromEntries(
    Object.entries(own).map(([name, content]) => {
      if (!name.endsWith('.json')) return [name, content]
      const { evalharness: _, ...rest } = JSON.parse(content.toString()) as Record<string, unknown>
      return [name, json({ ...rest, lm_eval_version: '0.4.13', config: { ...(rest['config'] as object), model_args: 'pretrained=some/model,dtype=float32' } })]
    }),
  )
  return [own, asLmEval]
}

const CUT_TASKS = ['valley_piqa', 'valley_mmlu_animals', 'valley_mmlu_towns', 'valley_wikitext']
const CUT_ITEMS = 4

function cutRun(baseline: string, folder: string): Record<string, Buffer> {
  const source = path.join(ROOT, 'results/baselines', baseline)
  const file = readdirSync(source).find((name) => name.startsWith('results_'))!
  const time = file.slice('results'.length, -'.json'.length)
  const record = JSON.parse(readFileSync(path.join(source, file), 'utf8')) as Record<string, Record<string, unknown>>
  const files: Record<string, Buffer> = {}
  for (const task of CUT_TASKS) {
    const lines = readFileSync(path.join(source, `samples_${task}${time}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, CUT_ITEMS)
    const samples = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    files[`${folder}/samples_${task}${time}.jsonl`] = Buffer.from(`${lines.join('\n')}\n`)
    record['n-samples']![task] = { original: CUT_ITEMS, effective: CUT_ITEMS }
    const scores = record['results']![task] as Record<string, unknown>
    for (const metric of ['acc', 'acc_norm'])
      if (`${metric},none` in scores) scores[`${metric},none`] = samples.reduce((sum, sample) => sum + Number(sample[metric]), 0) / CUT_ITEMS
    for (const metric of ['word_perplexity', 'byte_perplexity', 'bits_per_byte']) {
      if (!(`${metric},none` in scores)) continue
      const [logProb, weight] = [0, 1].map((part) => samples.reduce((sum, sample) => sum + (sample[metric] as number[])[part]!, 0)) as [number, number]
      scores[`${metric},none`] = metric === 'bits_per_byte' ? -logProb / weight / Math.LN2 : Math.exp(-logProb / weight)
    }
  }
  const isCached = (name: string) => CUT_TASKS.includes(name) || name === 'valley_mmlu'
  for (const key of ['results', 'configs', 'versions', 'n-shot', 'higher_is_better', 'n-samples'])
    record[key] = Object.fromEntries(Object.entries(record[key]!).filter(([name]) => isCached(name)))
  record['group_subtasks'] = { valley_mmlu: ['valley_mmlu_animals', 'valley_mmlu_towns'] }
  return { ...files, [`${folder}/${file}`]: json(record) }
}

/** The record of a layer scan. */
export const LAYER_SCAN: LayerScan = {
  kind: 'layer-scan',
  evalharness: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  elapsedMs: 1000,
  model: { label: 'base', source: 'example/base', revision: null, architecture: 'Qwen3ForCausalLM', weightsHash: 'a'.repeat(64), layerCount: 3 },
  settings: { group: 1, limit: 20, maxLength: 2048 },
  tasks: [
    { task: 'piqa', metric: 'acc_norm', kind: 'accuracy', shots: 0, items: 20, score: 0.7, standardError: 0.1, chance: 0.5, correlation: 0.5 },
    { task: 'wikitext', metric: 'word_perplexity', kind: 'perplexity', shots: null, items: 2, score: 20, standardError: null, chance: null, correlation: null },
  ],
  units: [0, 1, 2].map((layer) => ({
    first: layer,
    last: layer,
    influence: 0.3 - layer / 10,
    damage: layer / 10,
    cells: [
      { score: 0.6, loss: layer / 10, lossInterval: [-0.1, 0.4] },
      { score: 30, loss: 0.4, lossInterval: null },
    ],
  })),
  correlation: -1,
  influenceTokens: 4096,
  work: { layerPassesAsked: 1000, layerPassesDistinct: 600, layerPassesComputed: null },
  notes: ['a note'],
}

/** The record of a layer collapse. */
export const LACO_RECORD = {
  method: 'laco',
  evalharness: '0.1.0',
  created: '2026-01-01T00:00:00.000Z',
  base_model: { source: 'example/base-9b', revision: null, architecture: 'Qwen3ForCausalLM', weights_hash: 'a'.repeat(64) },
  original: { layers: 36, parameters: 8_190_735_360, bytes: 16_381_470_720 },
  pruned: { layers: 26, parameters: 6_260_000_000, bytes: 12_520_000_000 },
  layers_removed: 10,
  layer_compression: 0.2778,
  parameter_compression: 0.2357,
  layer_map: [{ layer: 0, norms: 0, projections: [{ layer: 0, coefficient: 1 }], merged: [0] }],
  settings: PUBLISHED_SETTINGS,
  calibration: { source: 'built-in', sha256: 'b'.repeat(64), sentences: 10, tokens: 200 },
  iterations: [{ iteration: 1, base: 25, followers: 2, decision: 'accepted', similarity: 0.97, margin: 0.12, similarities: [0.97], layers: 34 }],
  accepted: 5,
  rejected: 0,
  stop_reason: 'max compression',
  similarities: [0.95, 0.96, 0.97],
  similarities_bf16: [0.95, 0.96, 0.97],
}

/** A policy in all its forms. */
export const POLICY = `# limits
tasks:
  valley_piqa: { min_retention: 90% }
  valley_mmlu:
    metric: acc
    max_drop_points: 1.5
  valley_wikitext: { max_perplexity_ratio: 1.5 }
`

/** A status profile. */
export const PROFILE = `name: mine
cuts: # from the highest down
  - { name: Keep, sign: ✅, at_least: 0.95 }
  - { name: Look closer, at_least: 0.9 }
  - { name: Reject, sign: ❌ }
near_chance: { name: Broken, sign: ❌, chance: baseline }
`

export { json as jsonFile }
