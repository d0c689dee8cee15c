/** Runs read back from disk: evalharness' own and lm-eval's, which share a schema. Files come from strangers, so everything is checked. */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readJsonLines } from '../data/json-lines.ts'
import { HarnessError, StoreError } from '../errors.ts'
import { lookUp } from '../look-up.ts'
import { parseJson } from '../parse-json.ts'
import { ROLLING_BOS } from '../plan/encode.ts'
import { sanitizedName } from './run-record.ts'
import type { StoredDataset, StoredGroup, StoredItem, StoredModel, StoredRequest, StoredRun, StoredScore, StoredTask } from './stored-run.ts'

const figure = z.union([z.number(), z.string()])
const variantSchema = z.looseObject({
  quantization: z.looseObject({ scheme: z.string(), block: z.number(), origin: z.string() }).nullable(),
  adapter: z.looseObject({ source: z.string(), hash: z.string() }).nullable(),
})
const count = z.number().int().nonnegative()
const truncationSchema = z.object({ requestCount: count, itemCount: count, mostTokensLost: count })
/** Names stand in tables, in headings and in the logs of a CI: a line break in one would begin a line of a stranger's making there. */
const name = z.string().regex(/^\P{Cc}*$/u, 'a name with control characters')
const resultsSchema = z.looseObject({
  results: z.record(name, z.record(name, z.unknown())),
  group_subtasks: z.record(name, z.array(name)).optional(),
  versions: z.record(z.string(), figure.nullable()).optional(),
  'n-shot': z.record(z.string(), z.number().nullable()).optional(),
  'n-samples': z.record(z.string(), z.object({ original: z.number(), effective: z.number() })).optional(),
  config: z
    .looseObject({
      model: z.string().optional(),
      model_args: z.unknown(),
      model_num_parameters: z.number().optional(),
      model_revision: z.string().optional(),
      limit: z.unknown().optional(),
    })
    .optional(),
  configs: z.record(z.string(), z.unknown()).optional(),
  // Seconds, as far as a date can be.
  date: z.number().min(0).max(8.64e12).optional(),
  model_name: name.optional(),
  max_length: z.number().optional(),
  lm_eval_version: z.string().optional(),
  evalharness: z
    .looseObject({
      version: z.string(),
      is_complete: z.boolean(),
      ties: z.record(z.string(), z.record(z.string(), z.number())).optional(),
      truncation: z.record(z.string(), truncationSchema).optional(),
      settings: z.looseObject({ rollingBos: z.enum(ROLLING_BOS).optional() }).optional(),
      model: z.looseObject({
        label: name,
        source: name,
        revision: z.string().nullable(),
        architecture: z.string().nullable(),
        parameterCount: z.number().nullable(),
        weightsHash: z.string().nullable(),
        variant: variantSchema.nullish(),
        tokenizerHash: z.string(),
        maxLength: z.number(),
      }),
    })
    .optional(),
})
type ResultsFile = z.infer<typeof resultsSchema>

/**
 * Reads `[NAME=]PATH`: a results file, or a folder whose newest one is taken, with the samples beside it.
 * Fails with StoreError on what is missing, malformed, or does not belong together.
 */
export async function readRun(spec: string): Promise<StoredRun> {
  const { label, place } = await parseSpec(spec)
  const file = await findResultsFile(place)
  const results = parseResults(await readText(file), file)
  const groupMembers = flattenGroups(results.group_subtasks ?? {})
  const names = Object.keys(results.results)
  const tasks: StoredTask[] = []
  for (const name of names.filter((entry) => !groupMembers.has(entry))) tasks.push(await readTask(name, results, file))
  const model = modelOf(results)
  const rollingBos = results.evalharness?.settings?.rollingBos
  return {
    kind: 'measured',
    label: label ?? results.evalharness?.model.label ?? lastPart(model.source),
    file,
    tool: results.evalharness ? `evalharness ${results.evalharness.version}` : `lm-eval${results.lm_eval_version ? ` ${results.lm_eval_version}` : ''}`,
    date: results.date === undefined ? null : new Date(results.date * 1000).toISOString(),
    isComplete: results.evalharness?.is_complete ?? true,
    ...(typeof results.config?.limit === 'number' && { limit: results.config.limit }),
    ...(rollingBos && { rollingBos }),
    model,
    tasks,
    groups: names.flatMap((name): StoredGroup[] => {
      const members = groupMembers.get(name)?.filter((member) => Object.hasOwn(results.results, member))
      return members && members.length > 0 ? [{ ...figuresOf(name, results), members }] : []
    }),
  }
}

/** `NAME=PATH`; a path that holds `=` and is there is a path. */
async function parseSpec(spec: string): Promise<{ readonly label: string | undefined; readonly place: string }> {
  const [, label, place] = /^([^=/\\]+)=(.+)$/su.exec(spec) ?? []
  if (label === undefined || (await exists(spec))) return { label: undefined, place: spec }
  return { label, place: place! }
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  )
}

/** The file itself, or the newest complete results of a folder, or of the only folder of results in it. */
async function findResultsFile(place: string): Promise<string> {
  const entry = await stat(place).catch((cause: unknown) => {
    throw new StoreError(`no such run: ${place}`, 'Give a results_*.json file or the folder that holds it; `evalharness run` says where it stored a run.', {
      cause,
    })
  })
  if (entry.isFile()) return place
  const names = await listFolder(place)
  const newest = newestResults(names)
  if (newest) return path.join(place, newest)
  const folders: string[] = []
  for (const name of names) {
    const folder = path.join(place, name)
    const isFolder = await stat(folder).then(
      (inner) => inner.isDirectory(),
      () => false,
    )
    if (isFolder && newestResults(await listFolder(folder))) folders.push(folder)
  }
  if (folders.length === 1) return findResultsFile(folders[0]!)
  if (folders.length > 1) throw new StoreError(`${place} holds runs of several models`, `Give one of: ${folders.join(', ')}.`)
  throw new StoreError(`${place} holds no results_*.json`, 'Give a results file or the folder that holds it.')
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: unknown) => {
    throw new StoreError(`cannot read ${folder}`, 'Check the path and its permissions.', { cause })
  })
}

/** Names end in the time, so the last is the newest; an interrupted run counts only where there is no other. */
function newestResults(names: readonly string[]): string | undefined {
  const results = names.filter((name) => /^results.*\.json$/u.test(name)).sort()
  return results.findLast((name) => !name.endsWith('.partial.json')) ?? results.at(-1)
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError(`cannot read ${file}`, 'Check the path and its permissions.', { cause })
  })
}

function parseResults(text: string, file: string): ResultsFile {
  let content: unknown
  try {
    content = parseJson(text)
  } catch (cause) {
    const isCut = !text.trimEnd().endsWith('}')
    throw new StoreError(
      `${file} is not JSON${isCut ? ': it ends in the middle' : ''}`,
      isCut ? 'The file was cut short; copy it again or score again.' : 'JSON has no NaN or Infinity; give a file that lm-eval or evalharness wrote.',
      {
        cause,
      },
    )
  }
  const checked = resultsSchema.safeParse(content)
  if (!checked.success)
    throw new StoreError(`${file} is not a results file: ${z.prettifyError(checked.error)}`, 'Give a results_*.json of evalharness or lm-eval.')
  return checked.data
}

/** For each group the tasks below it, through groups of groups. A task that lm-eval lists without subtasks is no group. */
function flattenGroups(subtasks: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> {
  const isGroup = (name: string) => (lookUp(subtasks, name)?.length ?? 0) > 0
  const tasksBelow = (group: string): string[] => {
    // Each name once: groups may name each other, and one group in many ways.
    const seen = new Set([group])
    const waiting = [...subtasks[group]!].reverse()
    const found: string[] = []
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue
      seen.add(name)
      if (isGroup(name)) waiting.push(...[...subtasks[name]!].reverse())
      else found.push(name)
    }
    return found
  }
  return new Map(
    Object.keys(subtasks)
      .filter(isGroup)
      .map((name) => [name, tasksBelow(name)]),
  )
}

function figuresOf(name: string, results: ResultsFile): Pick<StoredTask, 'name' | 'version' | 'shotCount' | 'scores'> {
  const version = lookUp(results.versions, name)
  return {
    name,
    version: version === undefined || version === null ? null : String(version),
    shotCount: lookUp(results['n-shot'], name) ?? null,
    scores: scoresOf(results.results[name]!),
  }
}

/** Keys are `metric,filter`; of several filters the first is taken. */
function scoresOf(entries: Readonly<Record<string, unknown>>): StoredScore[] {
  const scores = new Map<string, StoredScore>()
  for (const [key, value] of Object.entries(entries)) {
    const [metric, filter] = key.split(',')
    if (filter === undefined || metric!.endsWith('_stderr') || typeof value !== 'number' || !Number.isFinite(value) || scores.has(metric!)) continue
    const standardError = entries[`${metric}_stderr,${filter}`]
    scores.set(metric!, { metric: metric!, value, standardError: typeof standardError === 'number' && Number.isFinite(standardError) ? standardError : null })
  }
  return [...scores.values()]
}

async function readTask(name: string, results: ResultsFile, file: string): Promise<StoredTask> {
  const figures = figuresOf(name, results)
  const samples = lookUp(results['n-samples'], name)
  const items = await readSamples(name, file, figures.scores)
  const ties = lookUp(results.evalharness?.ties, name)
  const truncation = lookUp(results.evalharness?.truncation, name)
  if (items && samples && items.length !== samples.effective) {
    throw new StoreError(
      `${sampleFile(name, file)} has ${items.length} items, ${file} counts ${samples.effective}`,
      'The file was cut short, or belongs to another run.',
    )
  }
  const dataset = datasetOf(lookUp(results.configs, name))
  return {
    ...figures,
    itemCount: items?.length ?? samples?.effective ?? null,
    rowCount: samples?.original ?? null,
    items,
    ...(ties && { ties }),
    ...(dataset && { dataset }),
    ...(truncation && { truncation }),
  }
}

const datasetSchema = z.looseObject({
  dataset_path: name,
  dataset_name: name.nullish(),
  test_split: name.nullish(),
  validation_split: name.nullish(),
  dataset: z.looseObject({ revision: name }).optional().catch(undefined),
})

/** What lm-eval's configuration of a task says of its rows. A path that is not `name` or `owner/name` is not on the hub. */
function datasetOf(config: unknown): StoredDataset | undefined {
  const checked = datasetSchema.safeParse(config)
  if (!checked.success || !/^[\w.-]+(?:\/[\w.-]+)?$/u.test(checked.data.dataset_path)) return undefined
  const { dataset_path: id, dataset_name: configuration, test_split: test, validation_split: validation, dataset } = checked.data
  // Rows of a file: lm-eval names the reader, not a dataset.
  if (LOCAL_READERS.has(id)) return undefined
  return { id, config: configuration ?? null, split: test ?? validation ?? null, revision: dataset?.revision ?? null }
}

const LOCAL_READERS = new Set(['json', 'csv', 'parquet', 'arrow', 'text', 'pandas', 'xml'])

function sampleFile(task: string, resultsFile: string): string {
  const [, time] = /^results(.*)\.json$/u.exec(path.basename(resultsFile)) ?? []
  return path.join(path.dirname(resultsFile), `samples_${sanitizedName(task)}${time ?? ''}.jsonl`)
}

const sampleSchema = z.looseObject({
  doc_id: z.number().int().nonnegative(),
  target: z.unknown(),
  prompt_hash: z.string(),
  target_hash: z.string(),
  filter: z.string().optional(),
  arguments: z.unknown(),
  filtered_resps: z.unknown(),
})
type Sample = z.infer<typeof sampleSchema>

/** The items of a task, null when they were not stored; checked against the scores that they are said to give. */
async function readSamples(task: string, resultsFile: string, scores: readonly StoredScore[]): Promise<StoredItem[] | null> {
  const file = sampleFile(task, resultsFile)
  if (!(await exists(file))) return null
  const items: StoredItem[] = []
  const known = new Set<number>()
  let filter: string | undefined
  for await (const { value, place } of storedRows(file)) {
    const checked = sampleSchema.safeParse(value)
    if (!checked.success) throw new StoreError(`${place}: ${z.prettifyError(checked.error)}`, 'Give samples that evalharness or lm-eval wrote.')
    const sample = checked.data
    filter ??= sample.filter
    if (sample.filter !== filter) continue
    if (known.has(sample.doc_id)) throw new StoreError(`${place}: item ${sample.doc_id} stands twice`, 'Remove one of the two, or score again.')
    known.add(sample.doc_id)
    items.push(itemOf(sample, scores, place))
  }
  checkScores(items, scores, file)
  return items
}

async function* storedRows(file: string) {
  try {
    yield* readJsonLines(file)
  } catch (error) {
    throw error instanceof HarnessError
      ? new StoreError(error.message, 'The file was cut short or holds NaN; copy it again or score again.', { cause: error })
      : new StoreError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, 'Check the path and its permissions.', {
          cause: error,
        })
  }
}

function itemOf(sample: Sample, scores: readonly StoredScore[], place: string): StoredItem {
  const values = scores.flatMap(({ metric }): [string, StoredItem['values'][string]][] => {
    const value = sample[metric]
    if (typeof value === 'number') return [[metric, value]]
    if (Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number') return [[metric, { logProb: value[0], weight: value[1] }]]
    throw new StoreError(`${place}: ${metric} is ${JSON.stringify(value)}`, 'Every item needs a number for each metric of the results file.')
  })
  return {
    docId: sample.doc_id,
    promptHash: sample.prompt_hash,
    targetHash: sample.target_hash,
    target: typeof sample.target === 'string' ? sample.target : (JSON.stringify(sample.target) ?? ''),
    values: Object.fromEntries(values),
    requests: requestsOf(sample),
  }
}

/** Contexts, continuations and answers; answers are numbers or their texts, alone for a text and with is_greedy for a choice. */
function requestsOf({ arguments: given, filtered_resps: answers }: Sample): StoredRequest[] {
  const texts = typeof given === 'object' && given !== null ? Object.values(given) : []
  const list = Array.isArray(answers) ? answers : []
  return texts.map((entry: unknown, index) => {
    const values: unknown[] = Array.isArray(entry) ? entry : typeof entry === 'object' && entry !== null ? Object.values(entry) : [entry]
    const [context, continuation] = values
    const answer: unknown = list[index]
    return { context: textOf(context), continuation: textOf(continuation), logProb: numberOf(Array.isArray(answer) ? answer[0] : answer) }
  })
}

/** NaN for what is neither a number nor the text of one. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Agreement that rounding leaves: both were computed from the same numbers. */
const SCORE_TOLERANCE = 1e-6

/** Samples of another run give other scores. */
function checkScores(items: readonly StoredItem[], scores: readonly StoredScore[], file: string): void {
  for (const { metric, value } of scores) {
    const values = items.map((item) => item.values[metric]!)
    if (values.length === 0 || !values.every((entry) => typeof entry === 'number')) continue
    const found = values.reduce((sum, entry) => sum + entry, 0) / values.length
    if (!(Math.abs(found - value) <= SCORE_TOLERANCE * Math.max(1, Math.abs(value)))) {
      throw new StoreError(`${file}: its items give ${metric} ${found}, the results file says ${value}`, 'The samples belong to another run.')
    }
  }
}

function modelOf({ evalharness, config, model_name: name, max_length: maxLength }: ResultsFile): StoredModel {
  if (evalharness) {
    const { source, revision, architecture, parameterCount, weightsHash, variant, tokenizerHash, maxLength: window } = evalharness.model
    return { source, revision, architecture, parameterCount, weightsHash, variant: variantText(variant ?? null), tokenizerHash, maxLength: window }
  }
  const args = config?.model_args
  const pretrained = typeof args === 'string' ? /(?:^|,)pretrained=([^,]*)/u.exec(args)?.[1] : (args as { pretrained?: unknown } | null | undefined)?.pretrained
  return {
    source: typeof pretrained === 'string' ? pretrained : (name ?? 'unknown'),
    revision: null,
    architecture: null,
    parameterCount: config?.model_num_parameters ?? null,
    weightsHash: null,
    variant: null,
    tokenizerHash: null,
    maxLength: maxLength ?? null,
  }
}

/** `nf4, blocks of 64; adapter ./lora`; null for weights that were run plain. */
function variantText(variant: z.infer<typeof variantSchema> | null): string | null {
  if (!variant) return null
  const { quantization, adapter } = variant
  const parts = [quantization && `${quantization.scheme}, blocks of ${quantization.block}`, adapter && `adapter ${adapter.source}`]
  return parts.filter((part) => part !== null).join('; ')
}

function lastPart(source: string): string {
  return source.split(/[/\\]/u).findLast((part) => part !== '') ?? source
}
