/** One results file and its samples as a run: evalharness' own and lm-eval's, which share a schema. Files are untrusted, so everything is checked. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { StoreError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { parsePythonJson } from '../io/parse-json.ts'
import { metricOf } from '../metrics/registry.ts'
import type { BaseMetric } from '../metrics/metric.ts'
import { ROLLING_BOS } from '../plan/encode.ts'
import { sampleFileOf } from './find-results.ts'
import { readSamples, type ReadScore } from './read-samples.ts'
import { settingsOf, type RunSettings } from './run-settings.ts'
import { sanitizedName } from './run-record.ts'
import type { StoredDataset, StoredGroup, StoredItem, StoredModel, StoredRun, StoredTask } from './stored-run.ts'

const figure = z.union([z.number(), z.string()])
const variantSchema = z.looseObject({
  quantization: z.looseObject({ scheme: z.string(), block: z.number(), origin: z.string() }).nullable(),
  adapter: z.looseObject({ source: z.string(), hash: z.string() }).nullable(),
})
const count = z.number().int().nonnegative()
const truncationSchema = z.object({ requestCount: count, itemCount: count, mostTokensLost: count })
/** Names stand in tables, in headings and in the logs of a CI: a line break in one would begin a line of its own there. */
const name = z.string().regex(/^\P{Cc}*$/u, 'a name with control characters')
const resultsSchema = z.looseObject({
  results: z.record(name, z.record(name, z.unknown())),
  group_subtasks: z.record(name, z.array(name)).optional(),
  versions: z.record(z.string(), figure.nullable()).optional(),
  'n-shot': z.record(z.string(), z.number().nullable()).optional(),
  higher_is_better: z.record(z.string(), z.record(z.string(), z.boolean().nullable()).nullable()).optional(),
  configs: z.record(z.string(), z.unknown()).optional(),
  'n-samples': z.record(z.string(), z.object({ original: z.number(), effective: z.number() })).optional(),
  config: z
    .looseObject({
      model: z.string().optional(),
      model_args: z.unknown().optional(),
      model_num_parameters: z.number().optional(),
      model_revision: z.string().optional(),
      limit: z.unknown().optional(),
    })
    .optional(),
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

/** A results file whose samples are not read yet. */
export interface OpenedResults {
  readonly file: string
  readonly taskNames: readonly string[]
  /** Those that have figures. */
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly settings: RunSettings
  /** The run with these of its tasks, and the groups that are made of them alone. Fails with StoreError on samples that are malformed or do not belong to it. */
  read(tasks?: ReadonlySet<string>): Promise<StoredRun>
}

/** Reads a results file. Fails with StoreError on what is missing or malformed. */
export async function openResults(file: string): Promise<OpenedResults> {
  const results = parseResults(await readText(file), file)
  const groupMembers = flattenGroups(results.group_subtasks ?? {})
  const taskNames = Object.keys(results.results).filter((name) => !groupMembers.has(name))
  const known = new Set(taskNames)
  // A group without a figure of its own stands for nothing: its tasks stand for themselves.
  const groups = Object.keys(results.results).flatMap((name) => {
    const members = (groupMembers.get(name) ?? []).filter((member) => known.has(member))
    return members.length > 0 && readScores(name, results).scores.length > 0 ? [{ name, members }] : []
  })
  return {
    file,
    taskNames,
    groups,
    settings: settingsOf(results),
    async read(wanted = known) {
      const tasks: StoredTask[] = []
      for (const name of taskNames) if (wanted.has(name)) tasks.push(await readTask(name, results, file))
      const model = modelOf(results)
      const rollingBos = results.evalharness?.settings?.rollingBos
      return {
        kind: 'measured',
        label: results.evalharness?.model.label ?? lastPart(model.source),
        file,
        tool: results.evalharness ? `evalharness ${results.evalharness.version}` : `lm-eval${results.lm_eval_version ? ` ${results.lm_eval_version}` : ''}`,
        date: results.date === undefined ? null : new Date(results.date * 1000).toISOString(),
        isComplete: results.evalharness?.is_complete ?? true,
        ...(typeof results.config?.limit === 'number' && { limit: results.config.limit }),
        ...(rollingBos && { rollingBos }),
        model,
        tasks,
        groups: groups.flatMap(({ name, members }) => (members.every((member) => wanted.has(member)) ? [readGroup(name, members, tasks, results)] : [])),
        sources: [{ file, tasks: tasks.map(({ name }) => name) }],
      }
    },
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError(`cannot read ${file}`, 'Check the path and its permissions.', { cause })
  })
}

function parseResults(text: string, file: string): ResultsFile {
  let content: unknown
  try {
    content = parsePythonJson(text)
  } catch (cause) {
    const isCut = !text.trimEnd().endsWith('}')
    throw new StoreError(
      `${file} is not JSON${isCut ? ': it ends in the middle' : ''}`,
      isCut ? 'The file was cut short; copy it again or score again.' : 'Give a file that lm-eval or evalharness wrote.',
      { cause },
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

/** The figures of a task or group, and why metrics that are compared elsewhere have none. */
function figuresOf(name: string, results: ResultsFile) {
  const version = lookUp(results.versions, name)
  const { scores, problems } = readScores(name, results)
  return {
    name,
    version: version === undefined || version === null ? null : String(version),
    shotCount: lookUp(results['n-shot'], name) ?? null,
    scores,
    problems,
  }
}

/** Keys are `metric,filter`; of several filters the first is taken. */
function readScores(name: string, results: ResultsFile): { readonly scores: readonly ReadScore[]; readonly problems: Readonly<Record<string, string>> } {
  const entries = results.results[name]!
  const scores = new Map<string, ReadScore>()
  const problems = new Map<string, string>()
  for (const [key, value] of Object.entries(entries)) {
    const [metric, filter] = key.split(',') as [string, string | undefined]
    if (filter === undefined || metric.endsWith('_stderr') || scores.has(metric) || problems.has(metric)) continue
    const problem = scoreProblem(metric, value, lookUp(lookUp(results.higher_is_better, name) ?? undefined, metric))
    if (problem !== null) {
      problems.set(metric, problem)
      continue
    }
    const standardError = entries[`${metric}_stderr,${filter}`]
    scores.set(metric, {
      metric,
      value: value as number,
      standardError: typeof standardError === 'number' && Number.isFinite(standardError) ? standardError : null,
      ...(filter !== 'none' && { filter }),
      aggregation: aggregationOf(name, metric, results),
    })
  }
  return { scores: [...scores.values()], problems: Object.fromEntries(problems) }
}

/** Why a figure cannot be compared; null for one that can. Metrics are known by name, so one that means something else under that name is left out. */
function scoreProblem(metric: string, value: unknown, higherIsBetter: boolean | null | undefined): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${JSON.stringify(value)} in the results file is not a number`
  const { comparedAs } = metricOf(metric)
  if (comparedAs === 'accuracy' && higherIsBetter === false) return 'it is an error rate here (higher_is_better: false), not an accuracy'
  if (comparedAs === 'perplexity' && higherIsBetter === true) return 'more is better here (higher_is_better: true), so it is not a perplexity'
  if (comparedAs === 'accuracy' && (value < 0 || value > 1)) return `${value} is not a share from 0 to 1`
  return null
}

const metricListSchema = z.looseObject({ metric_list: z.array(z.looseObject({ metric: z.string(), aggregation: z.string().optional() })) })

function aggregationOf(task: string, metric: string, { configs }: ResultsFile): string | undefined {
  const config = metricListSchema.safeParse(lookUp(configs, task))
  return config.success ? config.data.metric_list.find((entry) => entry.metric === metric)?.aggregation : undefined
}

async function readTask(name: string, results: ResultsFile, file: string): Promise<StoredTask> {
  const { problems, ...figures } = figuresOf(name, results)
  const counts = lookUp(results['n-samples'], name)
  const sampleFile = await sampleFileOf(name, sanitizedName(name), file)
  const samples = sampleFile === null ? null : await readSamples(sampleFile, figures.scores)
  const ties = lookUp(results.evalharness?.ties, name)
  const truncation = lookUp(results.evalharness?.truncation, name)
  if (samples && counts && samples.items.length !== counts.effective) {
    throw new StoreError(
      `${sampleFile} has ${samples.items.length} items, ${file} counts ${counts.effective}`,
      'The file was cut short, or belongs to another run.',
    )
  }
  const dataset = datasetOf(lookUp(results.configs, name))
  return {
    ...figures,
    scores: plainScores(figures.scores),
    itemCount: samples?.items.length ?? counts?.effective ?? null,
    rowCount: counts?.original ?? null,
    items: samples?.items ?? null,
    ...withProblems({ ...problems, ...samples?.problems }),
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

function readGroup(name: string, members: readonly string[], tasks: readonly StoredTask[], results: ResultsFile): StoredGroup {
  const { scores, problems, ...figures } = figuresOf(name, results)
  const own = members.map((member) => tasks.find((task) => task.name === member)!)
  return { ...figures, scores: plainScores(scores), members, ...withProblems({ ...problems, ...groupProblems(scores, own) }) }
}

/** lm-eval can average the scores of a group's tasks, however many items each has: the items together give another figure then. */
function groupProblems(scores: readonly ReadScore[], tasks: readonly StoredTask[]): Record<string, string> {
  const items = tasks.every((task) => task.items) ? tasks.flatMap((task) => task.items!) : []
  return Object.fromEntries(
    scores.flatMap(({ metric, value }) => {
      const values = items.flatMap((item): StoredItem['values'][string][] => (Object.hasOwn(item.values, metric) ? [item.values[metric]!] : []))
      if (values.length < items.length || values.length === 0) return []
      const known: BaseMetric = metricOf(metric)
      const pooled = known.aggregate(values)
      return Math.abs(pooled - value) <= 1e-6 * Math.max(1, Math.abs(value))
        ? []
        : [[metric, `the score is ${value}, its items together give ${pooled}: they are not paired`]]
    }),
  )
}

function withProblems(problems: Readonly<Record<string, string>>): Pick<StoredTask, 'problems'> {
  return Object.keys(problems).length === 0 ? {} : { problems }
}

function plainScores(scores: readonly ReadScore[]) {
  return scores.map(({ metric, value, standardError, filter }) => ({ metric, value, standardError, ...(filter !== undefined && { filter }) }))
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
