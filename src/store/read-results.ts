/** One results file and its samples as a run. */
import { StoreError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import type { BaseMetric, ItemValue } from '../metrics/metric.ts'
import { isSameScore } from '../metrics/pooling.ts'
import { metricOf } from '../metrics/registry.ts'
import { sampleFileOf } from './find-results.ts'
import { flattenGroups } from './flatten-groups.ts'
import { readSamples, type ReadScore } from './read-samples.ts'
import { figuresOf, readScores } from './read-scores.ts'
import { readResultsFile, type ResultsFile } from './results-file.ts'
import { settingsOf, type RunSettings } from './run-settings.ts'
import { sanitizedName } from './sanitized-name.ts'
import { datasetOf } from './stored-dataset.ts'
import { lastPart, modelOf } from './stored-model.ts'
import type { StoredGroup, StoredRun, StoredTask } from './stored-run.ts'

/** A results file whose samples are not read yet. */
export interface OpenedResults {
  readonly file: string
  readonly taskNames: readonly string[]
  /** Those that have scores. */
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly settings: RunSettings
  /** The run with these tasks, and the groups of only these tasks. Fails with StoreError on samples that are malformed or of another run. */
  read(tasks?: ReadonlySet<string>): Promise<StoredRun>
}

/** Reads a results file. Fails with StoreError on one that is missing or malformed. */
export async function openResults(file: string): Promise<OpenedResults> {
  const results = await readResultsFile(file)
  const groupMembers = flattenGroups(results.group_subtasks ?? {})
  const taskNames = Object.keys(results.results).filter((name) => !groupMembers.has(name))
  const known = new Set(taskNames)
  // A group without a score of its own is left out; its tasks are compared one by one.
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
      return {
        ...runFields(results),
        file,
        tasks,
        groups: groups.flatMap(({ name, members }) => (members.every((member) => wanted.has(member)) ? [readGroup(name, members, tasks, results)] : [])),
        sources: [{ file, tasks: tasks.map(({ name }) => name) }],
      }
    },
  }
}

/** What a run says besides its tasks. */
function runFields(results: ResultsFile): Omit<StoredRun, 'file' | 'tasks' | 'groups'> {
  const { evalharness, lm_eval_version: lmEvalVersion, date } = results
  const model = modelOf(results)
  const rollingBos = evalharness?.settings?.rollingBos
  const addBosToken = evalharness?.settings?.addBosToken ?? undefined
  return {
    kind: 'measured',
    label: evalharness?.model.label ?? lastPart(model.source),
    tool: evalharness ? `evalharness ${evalharness.version}` : `lm-eval${lmEvalVersion ? ` ${lmEvalVersion}` : ''}`,
    date: date === undefined ? null : new Date(date * 1000).toISOString(),
    isComplete: evalharness?.is_complete ?? true,
    ...(rollingBos && { rollingBos }),
    ...(addBosToken !== undefined && { addBosToken }),
    prompting: {
      chatTemplate: results.chat_template_sha ?? null,
      systemInstruction: results.system_instruction_sha ?? null,
      fewshotAsMultiturn: results.fewshot_as_multiturn ?? null,
    },
    model,
  }
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
      samples.items.length < counts.effective ? 'The file was cut short; copy it again or score again.' : 'The samples belong to another run; score again.',
    )
  }
  const original = results.evalharness?.divergence?.original
  const limit = results.config?.limit
  const dataset = datasetOf(lookUp(results.configs, name))
  return {
    ...figures,
    scores: plainScores(figures.scores),
    itemCount: samples?.items.length ?? counts?.effective ?? null,
    rowCount: counts?.original ?? null,
    ...(typeof limit === 'number' && { limit }),
    ...(original && { divergenceFrom: { label: original.label, weightsHash: original.weightsHash } }),
    items: samples?.items ?? null,
    ...withProblems({ ...problems, ...samples?.problems }),
    ...(ties && { ties }),
    ...(dataset && { dataset }),
    ...(truncation && { truncation }),
  }
}

function readGroup(name: string, members: readonly string[], tasks: readonly StoredTask[], results: ResultsFile): StoredGroup {
  const { scores, problems, ...figures } = figuresOf(name, results)
  const own = members.map((member) => tasks.find((task) => task.name === member)!)
  return { ...figures, scores: plainScores(scores), members, ...withProblems({ ...problems, ...groupProblems(scores, own) }) }
}

/** lm-eval can average the scores of a group's tasks regardless of their sizes; all items together then give another score. */
function groupProblems(scores: readonly ReadScore[], tasks: readonly StoredTask[]): Record<string, string> {
  const items = tasks.every((task) => task.items) ? tasks.flatMap((task) => task.items!) : []
  return Object.fromEntries(
    scores.flatMap(({ metric, value }) => {
      const values = items.flatMap((item): ItemValue[] => (Object.hasOwn(item.values, metric) ? [item.values[metric]!] : []))
      if (values.length < items.length || values.length === 0) return []
      const known: BaseMetric = metricOf(metric)
      const pooled = known.aggregate(values)
      return isSameScore(pooled, value) ? [] : [[metric, `the score is ${value}, its items together give ${pooled}: they are not paired`]]
    }),
  )
}

function withProblems(problems: Readonly<Record<string, string>>): Pick<StoredTask, 'problems'> {
  return Object.keys(problems).length === 0 ? {} : { problems }
}

function plainScores(scores: readonly ReadScore[]) {
  return scores.map(({ metric, value, standardError, filter }) => ({ metric, value, standardError, ...(filter !== undefined && { filter }) }))
}
