/** The options of a run, parsed: what to load, and how to evaluate. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { defaultCacheFolder } from '../cache/cache-folder.ts'
import { parseDevices } from '../engine/devices/device.ts'
import { parseDtype } from '../engine/devices/dtype.ts'
import { UsageError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import type { Task } from '../task/define-task.ts'
import { selectTasks, taskCalled } from '../task/select-tasks.ts'
import { parseBytes } from '../text/parse-bytes.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { LoadTaskOptions } from './loaded-task.ts'
import { parseDataFiles } from './parse-data-files.ts'
import { rowIndices, type ScoringOptions } from './run-options.ts'
import { selectedTask } from './selected-task.ts'

/** How to evaluate each model. Fails with UsageError. */
export function parseEvaluateOptions(options: ScoringOptions): EvaluateOptions {
  const { seed, limit, maxLength, rollingBos, addBosToken, memory, threads, device, dtype } = options
  const batchTokens = parseBatchTokens(options.batchTokens)
  return {
    seed,
    devices: parseDevices(device),
    ...(batchTokens !== undefined && { batchTokens }),
    ...(memory !== undefined && { memoryBytes: typeof memory === 'number' ? memory : parseBytes('memory', memory) }),
    ...(limit !== undefined && { limit }),
    ...(maxLength !== undefined && { maxLength }),
    ...(rollingBos !== undefined && { rollingBos }),
    ...(addBosToken !== undefined && { addBosToken }),
    ...(threads !== undefined && { threads }),
    ...(dtype !== undefined && { dtype: parseDtype(dtype) }),
  }
}

/** The response cache directory; undefined if there is to be none. */
export function cacheFolderOf({ cache }: ScoringOptions): string | undefined {
  return cache === false ? undefined : (cache ?? defaultCacheFolder())
}

/** Which rows to load, and with how many examples. `known` are all tasks, `selected` those of the run. Fails with UsageError. */
export async function parseLoadOptions(
  { dataDir, data, numFewshot, fewshotSeed, limit, samples }: ScoringOptions,
  known: ReadonlyMap<string, Task>,
  selected: readonly Task[],
): Promise<LoadTaskOptions> {
  if (limit !== undefined && samples !== undefined)
    throw new UsageError(
      '--limit and --samples both choose rows',
      'Leave one out: --limit takes the first rows of each task, --samples the rows with these numbers.',
    )
  const dataFiles = await parseDataFiles(data, known, selected)
  const shots = typeof numFewshot === 'string' ? parseShots(numFewshot) : numFewshot
  const rows = typeof samples === 'string' ? await parseSamples(samples) : samples
  for (const [name, count] of typeof shots === 'object' ? Object.entries(shots) : [])
    selectedTask(taskCalled(known, name).name, `--num-fewshot ${name}=${count}`, known, selected)
  for (const name of Object.keys(rows ?? {})) selectedTask(name, `--samples of ${name}`, known, selected)
  return {
    dataFiles,
    ...(fewshotSeed !== undefined && { fewshotSeed }),
    ...(dataDir !== undefined && { dataDir }),
    ...(shots !== undefined && { shots }),
    ...(limit !== undefined && { limit }),
    ...(rows && { samples: samplesBySubset(rows, known) }),
  }
}

/** Splits values at commas: `--tasks a,b --tasks c`. */
export function parseNames(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

function parseBatchTokens(given: ScoringOptions['batchTokens']): number | undefined {
  if (given === 'auto') return undefined
  const tokens = Number(given)
  if (Number.isSafeInteger(tokens) && tokens >= 1) return tokens
  throw new UsageError(`--batch-tokens ${given} is not a whole number from 1, and not auto`, 'Leave it out, or give for example --batch-tokens 512.')
}

/** `5`, or `mmlu=5,piqa=0`. */
function parseShots(text: string): number | Record<string, number> {
  const parseCount = (value: string) => {
    if (/^\d{5,}$/u.test(value)) throw new UsageError(`--num-fewshot ${text}: more than 9,999 few-shot examples fit no window`, 'Give 5, or mmlu=5,piqa=0.')
    if (!/^\d{1,4}$/u.test(value))
      throw new UsageError(`--num-fewshot ${text}: ${JSON.stringify(value)} is not a number of few-shot examples`, 'Give 5, or mmlu=5,piqa=0.')
    return Number(value)
  }
  if (!text.includes('=')) return parseCount(text)
  const counts = new Map<string, number>()
  for (const entry of parseNames([text])) {
    const [, task, value] = /^([^=]+)=(.+)$/su.exec(entry) ?? []
    if (task === undefined || value === undefined) throw new UsageError(`--num-fewshot ${entry} is not TASK=NUMBER`, 'Give for example --num-fewshot mmlu=5.')
    const name = task.trim()
    if (counts.has(name)) throw new UsageError(`--num-fewshot ${text} names ${name} twice`, 'Give one number for a task.')
    counts.set(name, parseCount(value.trim()))
  }
  return Object.fromEntries(counts)
}

/** JSON, or the name of a file that holds it, as for lm-eval's `--samples`. */
async function parseSamples(text: string): Promise<Record<string, number[]>> {
  const hint = 'Give for example {"piqa":[0,7]}.'
  const json = text.trimStart().startsWith('{')
    ? text
    : await readFile(text, 'utf8').catch((cause: unknown) => {
        throw new UsageError(`--samples: cannot read ${text}`, 'Give JSON such as {"piqa":[0,7]}, or a file that holds it.', { cause })
      })
  let content: unknown
  try {
    content = parseJson(json)
  } catch (cause) {
    throw new UsageError('--samples is not JSON', hint, { cause })
  }
  const checked = rowIndices.safeParse(content)
  if (!checked.success) throw new UsageError(`--samples is malformed: ${z.prettifyError(checked.error)}`, hint)
  return checked.data
}

/** Rows of a group of subsets are rows of each subset. Fails with UsageError on a name that is not a task, subset or group. */
function samplesBySubset(rows: Readonly<Record<string, readonly number[]>>, known: ReadonlyMap<string, Task>) {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([name, indices]) => {
      const [task] = selectTasks(known, [name])
      return known.has(name) ? [[name, indices]] : task!.subsets!.names.map((subset) => [`${task!.name}_${subset}`, indices])
    }),
  )
}
