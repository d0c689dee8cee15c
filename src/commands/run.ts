/** `evalharness run`: scores models on tasks, prints the table, stores the runs. */
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { Argv, CommandModule } from 'yargs'
import { z } from 'zod'
import { count } from '../text/count.ts'
import { finishBeforeExit } from '../io/at-exit.ts'
import { defaultCacheFolder } from '../cache/cache-folder.ts'
import { readConfig } from '../model/config/config.ts'
import { tokenizerIfAny } from '../model/checkpoint.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { batchBudget, type BatchLimits } from '../engine/onnx/batch-budget.ts'
import { parseDevices, parseDtype } from '../engine/devices/device.ts'
import { CompareError, EngineError, HarnessError, AbortError, nullIfAborted, unlessAborted, UsageError } from '../errors.ts'
import { countTruncation } from '../run/count-truncation.ts'
import { evaluate, inChunks, requestsOf, tokensBehindWarning, type Watcher } from '../run/evaluate-model.ts'
import type { EvaluateOptions } from '../run/evaluate-options.ts'
import type { ModelSource } from '../run/model-source.ts'
import { encoderOf, type EncodingOptions } from '../run/encoder-of.ts'
import { openServed, type OpenedServed } from '../run/open-served-model.ts'
import { parseJson } from '../io/parse-json.ts'
import { planBatches } from '../plan/batches.ts'
import { ROLLING_BOS, type RollingBos } from '../plan/encode.ts'
import { encodeAhead } from '../run/encode-ahead.ts'
import { resultTable } from '../report/terminal/result-table.ts'
import { retentionTable } from '../report/terminal/retention-table.ts'
import { determinismSummary, tieSummary, workSummary } from '../report/terminal/work-summary.ts'
import { truncationWarning } from '../run/truncation-warning.ts'
import { toResultsFile, type RunRecord, type TruncationRecord } from '../store/run-record.ts'
import { prepareResultsFolder, writeRun } from '../store/write-run.ts'
import { checkDeterminism } from '../run/check-determinism.ts'
import { beginOrder, readUnfinished } from '../run/manifest.ts'
import { loadTask, type LoadedTask, type LoadTaskOptions } from '../run/load-task.ts'
import type { Task } from '../task/define-task.ts'
import { loadTasks, selectTasks, taskCalled } from '../task/registry.ts'
import { modelOutline, outlineText, type ModelOutline } from './model-outline.ts'
import { parseBytes } from './byte-count.ts'
import { parseDataOptions } from './data-option.ts'
import { readRuns } from './run-option.ts'
import { locateModel, parseModelOption } from './model-option.ts'
import { progressWatcher } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { readAdapterFor } from '../model/runnable/open-runnable.ts'
import { weightSettings } from '../model/runnable/weight-settings.ts'
import { expectedWeightMemory } from '../model/runnable/weight-memory.ts'

/** As a shell reports a program that Ctrl-C ended. */
const INTERRUPTED = 130

/** Options of the command, as yargs gives them. */
interface RunArguments {
  model: string[]
  tasks: string[]
  taskFile: string[]
  dataDir: string | undefined
  data: string[]
  numFewshot: string | undefined
  limit: number | undefined
  samples: string | undefined
  seed: number
  maxLength: number | undefined
  rollingBos: string | undefined
  batchTokens: string
  memory: string | undefined
  threads: number | undefined
  device: string
  dtype: string | undefined
  output: string
  /** Folder of kept answers; the user's when absent, none when false. */
  cache: string | false | undefined
  resume: string | undefined
  checkDeterminism: number | undefined
  subsets: boolean
  dryRun: boolean
  json: boolean
}

/** The command over a terminal; `exit` is told the exit code. */
export function runCommand(terminal: Terminal, exit: (code: number) => void): CommandModule<object, RunArguments> {
  return {
    command: 'run',
    describe: 'Score models on tasks, print the table, store the runs',
    builder: describeOptions,
    handler: async (argv) => exit((await run(argv, terminal).catch(nullIfAborted)) ?? interrupted(terminal)),
  }
}

function describeOptions(yargs: Argv): Argv<RunArguments> {
  const options = yargs
    .option('model', {
      alias: 'm',
      type: 'string',
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe:
        'NAME=FOLDER, NAME=OWNER/REPO on the hub (behind it: quantize=nf4|int8|int4, block=N, adapter=FOLDER), or NAME=http://HOST:PORT/v1,tokenizer=WHERE; repeat for several',
    })
    .option('tasks', {
      alias: 't',
      type: 'string',
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: 'Names, separated by commas; see `evalharness tasks`',
    })
    .option('task-file', { type: 'string', array: true, default: [] as string[], requiresArg: true, describe: 'A task of your own: a JavaScript module' })
    .option('data-dir', { type: 'string', requiresArg: true, describe: 'Folder of local datasets: TASK/SPLIT.jsonl, .parquet or .csv' })
    .option('data', {
      type: 'string',
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: 'TASK=FILE: the rows that are scored; TASK:SPLIT=FILE: those of a split, such as the few-shot examples; also for a subset',
    })
    .option('num-fewshot', { alias: 'f', type: 'string', requiresArg: true, describe: 'Few-shot examples: 5, or mmlu=5,piqa=0' })
    .option('limit', { alias: 'L', type: 'number', requiresArg: true, describe: 'First rows of each task and subset; below 1 a share of them' })
    .option('samples', { type: 'string', requiresArg: true, describe: 'Rows by task, as JSON or a file of it: {"piqa":[0,7]}' })
    .option('seed', { type: 'number', default: 0, requiresArg: true, describe: 'Of the bootstrap for standard errors' })
    .option('max-length', { type: 'number', requiresArg: true, describe: 'Window in tokens, if smaller than the model’s' })
    .option('rolling-bos', {
      type: 'string',
      requiresArg: true,
      describe: 'Where the tokenizer puts bos before a text itself, perplexities take it once, or twice as lm-eval does: once, lm-eval (default: lm-eval)',
    })
    .option('batch-tokens', {
      type: 'string',
      default: 'auto',
      requiresArg: true,
      describe: 'Most tokens of a batch, in one pass; auto: batches of 4096 and more in passes of 1024, fewer where memory is short',
    })
    .option('memory', {
      type: 'string',
      requiresArg: true,
      describe: 'Most memory for the process that computes: 3G, 800M; weights take 4 bytes a parameter, quantised ones less',
    })
    .option('threads', { type: 'number', requiresArg: true, describe: `Threads inside an operator; at most ${os.availableParallelism()} help here` })
    .option('device', {
      type: 'string',
      default: 'auto',
      requiresArg: true,
      describe: 'auto, cpu, webgpu, cuda:0, several as cuda:0,cuda:1; auto takes a GPU that works, else the CPU',
    })
    .option('dtype', { type: 'string', requiresArg: true, describe: 'f32, f16 or bf16; f32 but on CUDA, which takes the checkpoint’s own' })
    .option('output', { alias: 'o', type: 'string', default: 'results', requiresArg: true, describe: 'Folder for results and samples' })
    .option('cache', { type: 'string', requiresArg: true, describe: 'Folder of kept answers, if not the user’s; --no-cache neither reads nor keeps any' })
    .option('resume', { type: 'string', requiresArg: true, describe: 'Go on with the run that was cut: its results folder or a file in it' })
    .option('check-determinism', { type: 'number', requiresArg: true, describe: 'Score so many items again in other batches, and say what differs' })
    .option('subsets', { type: 'boolean', default: false, describe: 'List subsets (MMLU’s subjects) in the table' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Show prompts and plan; score nothing, write nothing' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the results as JSON' })
    .example('$0 run --model original=./SmolLM2-135M --tasks piqa,boolq --limit 100', 'the first 100 rows of two tasks')
    .example('$0 run -m original=Qwen/Qwen3-8B-Base -m pruned=./laco -t mmlu', 'two models side by side')
    .example('$0 run -m original=./model -m nf4=./model,quantize=nf4 -m tuned=./model,adapter=./lora -t piqa', 'what quantising costs, and an adapter gives')
    .example('$0 run -m ./model -t mmlu --num-fewshot 0 --dry-run', 'what would be asked')
    .example('$0 run -m big=http://gpu1:8000/v1,http://gpu2:8000/v1,tokenizer=Qwen/Qwen3-32B -t mmlu', 'a model on two servers')
  return options as unknown as Argv<RunArguments>
}

/** What another command may ask to be scored; everything else is as `run` has it when nothing is said. */
export interface ScoringOrder {
  readonly models: readonly string[]
  readonly tasks: readonly string[]
  readonly dataDir?: string | undefined
  readonly limit?: number | undefined
  readonly output: string
}

/** Scores models and stores the runs below `output`, in folders by label; prints what `run` prints, on standard error. Comes back with the results files, one a model. Fails with AbortError. */
export async function scoreModels({ models, tasks, dataDir, limit, output }: ScoringOrder, terminal: Terminal): Promise<readonly string[]> {
  const argv: RunArguments = {
    model: [...models],
    tasks: [...tasks],
    taskFile: [],
    data: [],
    seed: 0,
    batchTokens: 'auto',
    output,
    subsets: false,
    dryRun: false,
    json: false,
    dataDir,
    limit,
    numFewshot: undefined,
    samples: undefined,
    maxLength: undefined,
    rollingBos: undefined,
    memory: undefined,
    threads: undefined,
    device: 'auto',
    dtype: undefined,
    cache: undefined,
    resume: undefined,
    checkDeterminism: undefined,
  }
  const resultsFiles: string[] = []
  const code = await run(argv, { ...terminal, out: terminal.err }, resultsFiles)
  if (code !== 0) throw new AbortError()
  return resultsFiles
}

function cacheOf({ cache = defaultCacheFolder() }: RunArguments): Pick<EvaluateOptions, 'cache'> {
  return cache === false ? {} : { cache }
}

/** The exit code: 0, or 130 after an interruption. `resultsFiles` is given the file of each model. */
async function run(given: RunArguments, terminal: Terminal, resultsFiles: string[] = []): Promise<number> {
  const argv = given.resume === undefined ? given : { ...given, ...(await resumedOrder(given, terminal)) }
  const options = checkOptions(argv)
  const taskNames = listOf(argv.tasks)
  const tasks = await loadTasks(argv.taskFile)
  if (taskNames.length === 0) throw new UsageError('no tasks given', `Give --tasks with one or more of: ${[...tasks.keys()].join(', ')}.`)
  const selected = selectTasks(tasks, taskNames)
  if (argv.model.length === 0 && !argv.dryRun) throw new UsageError('no model given', 'Give --model NAME=FOLDER, or --dry-run to see the prompts only.')
  const modelOptions = argv.model.map(parseModelOption)
  const duplicate = modelOptions.find(({ label }, index) => modelOptions.findIndex((other) => other.label === label) !== index)
  if (duplicate) throw new UsageError(`two models are called ${duplicate.label}`, 'Name them: --model original=FOLDER --model pruned=FOLDER.')
  const suiteOptions = await loadTaskOptionsOf(argv, tasks, selected)
  if (!argv.dryRun) await prepareResultsFolder(argv.output)
  const models: ModelSource[] = []
  for (const model of modelOptions)
    models.push(
      await unlessAborted(
        locateModel(model, (notice) => terminal.err(notice), argv.dryRun ? 'tokenizer' : 'all'),
        terminal.signal,
      ),
    )
  if (models.length > 0 && models.every(({ served }) => served)) refuseForServers(argv)
  for (const { folder, settings, served } of models) {
    if (served) continue
    const config = await readConfig(folder)
    const asked = weightSettings(settings)
    await readAdapterFor(config, asked)
    batchBudget({ ...config, ...expectedWeightMemory(config, asked) }, options)
  }

  const suites: LoadedTask[] = []
  for (const task of selected) {
    const suite = await unlessAborted(loadTask(task, suiteOptions), terminal.signal)
    for (const notice of suite.notices) terminal.err(notice)
    suites.push(suite)
  }
  if (argv.dryRun) {
    await unlessAborted(dryRun(models, suites, argv, options, terminal), terminal.signal)
    return 0
  }
  await using order = await beginOrder(argv.output, orderOf(argv))
  const encodings = new Map()
  const runs: RunRecord[] = []
  for (const model of models) {
    if (terminal.signal.aborted) break
    const stored = await keptFromFirstScore(terminal, model.label, async (watcher) => {
      const scored = await evaluate(model, suites, { ...options, ...cacheOf(argv), encodings, signal: terminal.signal }, watcher).catch(nullIfAborted)
      if (!scored || scored.tasks.length === 0) return null
      const record = await checked(scored, model, suites, argv.checkDeterminism, { ...options, signal: terminal.signal }, terminal)
      order.keep()
      return { record, ...(await writeRun(argv.output, record)) }
    })
    if (!stored) break
    const { record, resultsFile } = stored
    runs.push(record)
    resultsFiles.push(resultsFile)
    for (const line of workSummary(record.work).split('\n')) terminal.err(`${model.label}: ${line}`)
    for (const line of tieSummary(record.tasks)) terminal.err(`${model.label} · ${line}`)
    terminal.err(`${model.label}: ${howItEnded(record)} ${resultsFile}`)
  }
  if (argv.json) terminal.out(JSON.stringify(Object.fromEntries(runs.map((record) => [record.model.label, toResultsFile(record)])), null, 2))
  else if (runs.length > 0) terminal.out(resultTable(runs, { withSubsets: argv.subsets, columns: terminal.columns ?? Infinity }))
  if (!argv.json && runs.length > 1) await printRetention(resultsFiles, argv, terminal)
  const failure = runs.find((record) => record.failure)?.failure
  if (failure) throw new EngineError(failure.message, failure.hint)
  if (runs.length === models.length && runs.every(({ isComplete }) => isComplete)) {
    await order.finish()
    return terminal.signal.aborted ? INTERRUPTED : 0
  }
  const isCached = cacheOf(argv).cache !== undefined && models.some(({ served }) => !served)
  if (runs.length > 0 && isCached) terminal.err(`the same command goes on where this one stopped, and so does: evalharness run --resume ${argv.output}`)
  return runs.length === 0 ? interrupted(terminal) : INTERRUPTED
}

/** Scores a model and stores the run. From the first score on there is something to store, so even a forced end waits for it. */
async function keptFromFirstScore<T>(terminal: Terminal, label: string, scoreAndStore: (watcher: Watcher) => Promise<T>): Promise<T> {
  const watcher = progressWatcher(terminal, label)
  let hasScores = false
  const work: Promise<T> = scoreAndStore({
    ...watcher,
    onBatch(...batch) {
      if (!hasScores) void finishBeforeExit(() => work).catch(() => {})
      hasScores = true
      watcher.onBatch(...batch)
    },
  })
  return work.finally(watcher.close)
}

/** Fails with UsageError on options that say how a model is computed here, where none is. */
function refuseForServers({ dtype, memory, threads, device, checkDeterminism }: RunArguments): void {
  const given = { dtype, memory, threads, device: device === 'auto' ? undefined : device, 'check-determinism': checkDeterminism }
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new UsageError(`--${name} is without effect on a model on a server`, 'The server decides that; leave it out.')
}

function howItEnded({ isComplete, failure }: RunRecord): string {
  if (isComplete) return 'stored in'
  return `${failure ? 'incomplete' : 'interrupted'}; what was scored is in`
}

/** The run with what scoring `count` of its items again showed. */
async function checked(
  record: RunRecord,
  model: ModelSource,
  suites: readonly LoadedTask[],
  count: number | undefined,
  options: EvaluateOptions,
  terminal: Terminal,
): Promise<RunRecord> {
  if (count === undefined || !record.isComplete) return record
  const watcher = progressWatcher(terminal, `${model.label}, again`)
  const determinism = await checkDeterminism(record, count, model, suites, options, watcher)
    .catch((error: unknown) => {
      // What was scored is worth more than the check of it.
      if (!(error instanceof HarnessError)) return nullIfAborted(error)
      terminal.err(`${model.label}: not scored again: ${error.message}`)
      return null
    })
    .finally(watcher.close)
  if (!determinism) return record
  terminal.err(`${model.label}: ${determinismSummary(determinism)}`)
  return { ...record, determinism }
}

/** Options that the numbers of a run follow from; how it is shown is not among them. */
const ORDER_OPTIONS = [
  'model',
  'tasks',
  'taskFile',
  'dataDir',
  'data',
  'numFewshot',
  'limit',
  'samples',
  'seed',
  'maxLength',
  'rollingBos',
  'batchTokens',
  'memory',
  'threads',
  'device',
  'dtype',
  'output',
  'cache',
] as const satisfies readonly (keyof RunArguments)[]

type Order = Pick<RunArguments, (typeof ORDER_OPTIONS)[number]>

/** These options as they were given. */
function orderOf(given: RunArguments): Order {
  return Object.fromEntries(ORDER_OPTIONS.map((option) => [option, given[option]])) as unknown as Order
}

/** What the unfinished run was asked. Fails with UsageError where more is asked now. */
async function resumedOrder(given: RunArguments, { err }: Terminal): Promise<Order> {
  const { model, tasks, taskFile, data, seed, batchTokens, device, output, ...absent } = orderOf(given)
  const isPlain =
    model.length + tasks.length + taskFile.length + data.length === 0 && seed === 0 && batchTokens === 'auto' && device === 'auto' && output === 'results'
  if (!isPlain || Object.values(absent).some((value) => value !== undefined))
    throw new UsageError(
      '--resume takes what to score and how from the run that was cut',
      'Leave the other options out; only --json, --subsets and --check-determinism go with it.',
    )
  const { order, file } = await readUnfinished(given.resume!)
  err(`going on with ${file}: ${order.model.map((one) => `--model ${one}`).join(' ')} --tasks ${order.tasks.join(',')}`)
  return {
    ...order,
    dataDir: order.dataDir,
    numFewshot: order.numFewshot,
    limit: order.limit,
    samples: order.samples,
    maxLength: order.maxLength,
    rollingBos: order.rollingBos,
    memory: order.memory,
    threads: order.threads,
    dtype: order.dtype,
    cache: order.cache,
  }
}

/** Of the first model and the others, from what was stored of them. */
async function printRetention(resultsFiles: readonly string[], { subsets }: RunArguments, { out, err, columns }: Terminal): Promise<void> {
  const [original, ...variants] = await readRuns(resultsFiles)
  try {
    // An interrupted run has fewer items than the one before it.
    out(retentionTable(compareRuns(original!, variants, { subsets, commonItems: true }), columns))
  } catch (error) {
    // What was scored is stored; one that was cut early may have no task of the others.
    if (!(error instanceof CompareError)) throw error
    err(`not compared: ${error.message}`)
  }
}

/** The exit code of a run that ended before its first score. */
function interrupted({ err }: Terminal): number {
  err('interrupted before anything was scored; nothing was written')
  return INTERRUPTED
}

/** Options that say how to score, each in its range. */
function checkOptions({
  seed,
  limit,
  maxLength,
  rollingBos,
  batchTokens: batchText,
  memory,
  threads,
  device,
  dtype,
  checkDeterminism,
}: RunArguments): EvaluateOptions {
  const batchTokens = batchText === 'auto' ? undefined : Number(batchText)
  const whole = (name: string, value: number | undefined, least: number) => {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least))
      throw new UsageError(`--${name} ${value} is not a whole number from ${least} on`, `Give for example --${name} ${least + 8}.`)
  }
  whole('seed', seed, 0)
  whole('max-length', maxLength, 2)
  if (Number.isNaN(batchTokens))
    throw new UsageError(`--batch-tokens ${batchText} is neither auto nor a number`, 'Leave it out, or give for example --batch-tokens 512.')
  whole('batch-tokens', batchTokens, 1)
  whole('threads', threads, 1)
  whole('check-determinism', checkDeterminism, 1)
  if (limit !== undefined && !(limit > 0 && (limit < 1 || Number.isInteger(limit)))) {
    throw new UsageError(`--limit ${limit} is neither a whole number nor a share`, 'Give a number of rows such as 100, or a share below 1 such as 0.1.')
  }
  return {
    seed,
    ...(batchTokens !== undefined && { batchTokens }),
    ...(memory !== undefined && { memoryBytes: parseBytes('memory', memory) }),
    ...(limit !== undefined && { limit }),
    ...(maxLength !== undefined && { maxLength }),
    ...(rollingBos !== undefined && { rollingBos: parseRollingBos(rollingBos) }),
    ...(threads !== undefined && { threads }),
    devices: parseDevices(device),
    ...(dtype !== undefined && { dtype: parseDtype(dtype) }),
  }
}

function parseRollingBos(text: string): RollingBos {
  const value = ROLLING_BOS.find((known) => known === text)
  if (value === undefined) throw new UsageError(`unknown --rolling-bos ${JSON.stringify(text)}`, `Give one of: ${ROLLING_BOS.join(', ')}.`)
  return value
}

async function loadTaskOptionsOf(
  { dataDir, data, numFewshot, limit, samples }: RunArguments,
  known: ReadonlyMap<string, Task>,
  selected: readonly Task[],
): Promise<LoadTaskOptions> {
  const dataFiles = parseDataOptions(data, known, selected)
  const shots = numFewshot === undefined ? undefined : parseShots(numFewshot)
  const chosen = samples === undefined ? undefined : await parseSamples(samples)
  // A name that no task has would be an option without effect.
  for (const name of typeof shots === 'object' ? Object.keys(shots) : []) taskCalled(known, name)
  return {
    dataFiles,
    ...(dataDir !== undefined && { dataDir }),
    ...(shots !== undefined && { shots }),
    ...(limit !== undefined && { limit }),
    ...(chosen && { samples: samplesBySubset(chosen, known) }),
  }
}

/** Rows of a group of subsets are rows of each. Fails with UsageError on a name that is neither a task nor a subset nor a group. */
function samplesBySubset(chosen: Readonly<Record<string, number[]>>, known: ReadonlyMap<string, Task>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(chosen).flatMap(([name, rows]) => {
      const [task] = selectTasks(known, [name])
      return known.has(name) ? [[name, rows]] : task!.subsets!.names.map((subset) => [`${task!.name}_${subset}`, rows])
    }),
  )
}

function parseShots(text: string): number | Record<string, number> {
  const count = (value: string) => {
    if (!/^\d{1,4}$/u.test(value))
      throw new UsageError(`--num-fewshot ${text}: ${JSON.stringify(value)} is not a number of few-shot examples`, 'Give 5, or mmlu=5,piqa=0.')
    return Number(value)
  }
  if (!text.includes('=')) return count(text)
  return Object.fromEntries(
    listOf([text])
      .map((entry) => assignment(entry, 'num-fewshot', 'mmlu=5'))
      .map(([task, value]) => [task, count(value)]),
  )
}

const samplesSchema = z.record(z.string(), z.array(z.number().int().nonnegative()).min(1))

/** JSON, or the name of a file that holds it, as lm-eval's `--samples`. */
async function parseSamples(text: string): Promise<Record<string, number[]>> {
  const json = text.trimStart().startsWith('{')
    ? text
    : await readFile(text, 'utf8').catch((cause: unknown) => {
        throw new UsageError(`--samples: cannot read ${text}`, 'Give JSON such as {"piqa":[0,7]}, or a file that holds it.', { cause })
      })
  let content: unknown
  try {
    content = parseJson(json)
  } catch (cause) {
    throw new UsageError('--samples is not JSON', 'Give for example {"piqa":[0,7]}.', { cause })
  }
  const checked = samplesSchema.safeParse(content)
  if (!checked.success) throw new UsageError(`--samples is malformed: ${z.prettifyError(checked.error)}`, 'Give for example {"piqa":[0,7]}.')
  return checked.data
}

function assignment(entry: string, option: string, example: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.+)$/su.exec(entry) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`--${option} ${entry} is not NAME=VALUE`, `Give for example --${option} ${example}.`)
  return [name.trim(), value.trim()]
}

function listOf(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** What scoring one task with one model would take. */
interface Plan {
  readonly model: string
  readonly task: string
  readonly requests: number
  readonly tokensAsked: number
  readonly tokensDistinct: number
  readonly encodingMs: number
  readonly tokensComputed: number
  readonly batches: number
  /** Prompts that the window has no room for. */
  readonly truncation: TruncationRecord
}

/** Prompts, and with a model's tokenizer the plan: no weights are read. */
async function dryRun(
  models: readonly ModelSource[],
  suites: readonly LoadedTask[],
  { json }: RunArguments,
  options: BatchLimits & EncodingOptions,
  { out, err, signal }: Terminal,
): Promise<void> {
  const prompts = suites.map((suite) => {
    const { items } = suite.parts[0]!
    const requests = requestsOf(suite)
    return {
      task: suite.task.name,
      shots: suite.shotCount,
      items: suite.parts.reduce((sum, part) => sum + part.items.length, 0),
      requests: requests.length,
      first: items[0]!.requests,
      notices: suite.notices,
    }
  })
  const plans: Plan[] = []
  const outlines: ModelOutline[] = []
  for (const model of models) {
    const { label } = model
    if (!model.served) outlines.push(await modelOutline(model, (notice) => err(`${label}: ${notice}`)))
    const planner = await openPlanner(model, options)
    if (!planner) {
      err(`${label}: no tokenizer.json in ${model.folder}: counts of tokens and batches need it`)
      continue
    }
    const { encoder, planWork } = planner
    for (const warning of tokensBehindWarning(encoder)) err(`${label}: ${warning}`)
    const encoded = encodeAhead(suites.map(inChunks), encoder, signal)
    for (const [index, { chunks, totals }] of encoded.entries()) {
      const { task, parts } = suites[index]!
      let [tokensComputed, batches] = [0, 0]
      for (const chunk of chunks) {
        const plan = planWork((await chunk.encoded).sequences)
        tokensComputed += plan.tokensComputed
        batches += plan.batches
      }
      const { tokensAsked, tokensDistinct, encodingMs, tokensCut } = await totals
      const { requests, items: itemCount } = prompts[index]!
      const truncation = countTruncation(
        parts.flatMap(({ items }) => items),
        tokensCut,
      )
      plans.push({ model: label, task: task.name, requests, tokensAsked, tokensDistinct, encodingMs, tokensComputed, batches, truncation })
      const name = parts.length === 1 ? parts[0]!.name : task.name
      if (truncation.itemCount > 0)
        err(`${label}: ${truncationWarning(truncation, { name, itemCount, shotCount: suites[index]!.shotCount, maxLength: encoder.maxLength })}`)
    }
  }
  if (json) {
    out(JSON.stringify({ prompts, models: outlines, plans }, null, 2))
    return
  }
  for (const { task, shots, items, requests, first } of prompts) {
    out(`── ${task} · ${items} items, ${shots} shots, ${requests} requests; the first item:`)
    const [request] = first
    if (request!.kind === 'text') out(request!.text)
    else {
      out(request!.context)
      for (const choice of first)
        if (choice.kind === 'continuation') out(`  →${choice.context === request!.context ? '' : ' (after nothing)'}${JSON.stringify(choice.continuation)}`)
    }
  }
  for (const outline of outlines) out(outlineText(outline))
  for (const plan of plans) {
    out(
      `${plan.model} · ${plan.task}: ${count(plan.requests)} requests · tokens: ${count(plan.tokensAsked)} asked, ${count(plan.tokensDistinct)} distinct, ${count(plan.tokensComputed)} planned in ${count(plan.batches)} batches${cutText(plan)}`,
    )
  }
  if (models.length === 0) err('give --model to see the plan: tokens are counted with its tokenizer')
}

function cutText({ truncation: { requestCount, itemCount, mostTokensLost } }: Plan): string {
  return itemCount === 0 ? '' : ` · cut to the window: ${count(requestCount)} requests of ${count(itemCount)} items, by up to ${count(mostTokensLost)} tokens`
}

/** What encodes for a model, and what would be computed of its sequences; undefined without a tokenizer. A server is only asked how long its context is. */
async function openPlanner(
  { folder, settings, served }: ModelSource,
  options: BatchLimits & EncodingOptions,
): Promise<Pick<OpenedServed, 'encoder' | 'planWork'> | undefined> {
  if (served) return openServed(served, folder, options, () => {})
  const config = await readConfig(folder)
  const tokenizer = await tokenizerIfAny(folder, config)
  if (!tokenizer) return undefined
  const { usual, most } = batchBudget({ ...config, ...expectedWeightMemory(config, weightSettings(settings)) }, options)
  return {
    encoder: encoderOf({ config, tokenizer }, options),
    planWork(sequences) {
      const { tokensComputed, batches } = planBatches(sequences, usual, most)
      return { tokensComputed, batches: batches.length }
    },
  }
}
