/** `evalharness gate`: a check with an exit code, for CI. */
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AbortError, CompareError, EngineError, GateError, HarnessError, UsageError } from '../errors.ts'
import { BASELINES, blessRun } from '../gate/bless.ts'
import { judgeOpen, openGate } from '../gate/judge.ts'
import { gateReport } from '../gate/gate-report.ts'
import type { GateOutcome } from '../gate/outcome.ts'
import { gateMarkdown } from '../gate/summary.ts'
import { gatePage } from '../gate/gate-page.ts'
import type { GateEvent } from '../gate/sequential/gate-events.ts'
import { judgeModel } from '../gate/sequential/judge-model.ts'
import { modelOptions } from '../gate/sequential/model-options.ts'
import { planGate } from '../gate/sequential/plan-gate.ts'
import { gatePlanText, gateProgress } from './gate-progress.ts'
import { finishBeforeExit } from '../io/at-exit.ts'
import { cannotWrite } from '../io/cannot-write.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { flag, givenOptions, positional, text, textOr, validOptions } from '../run/option-table.ts'
import { readStoredRun } from '../store/read-stored-run.ts'
import { sourceLines } from '../store/source-lines.ts'
import { errorText } from '../text/error-text.ts'
import { defineCommand } from './command.ts'
import { FAILED, INTERRUPTED } from '../exit-codes.ts'
import { formatOf, formatOptions, planFormatOf, printReport } from './format-options.ts'
import type { Terminal } from './terminal.ts'
import { makeFolder } from '../io/make-folder.ts'

/** The runs cannot be compared, or there are too few items to tell. */
const INCOMPARABLE = 3

const baselines = textOr(BASELINES, { description: 'Folder of blessed baselines' })

const COMPARED = 'What to judge'
const REPORTS = 'Reports'
const { output, cache, ...scoring } = modelOptions.shape

const options = z.object({
  baseline: text({ group: COMPARED, description: 'Run of the original: FILE, FOLDER, or the name of a blessed baseline' }),
  candidate: text({ group: COMPARED, description: 'Stored run of the candidate: FILE or FOLDER; or give --model' }),
  policy: text({ group: COMPARED, description: 'YAML file of limits by task' }),
  baselines: textOr(BASELINES, { group: COMPARED, description: 'Folder of blessed baselines' }),
  ...scoring,
  dryRun: flag({ group: 'Which items to score', description: 'Show what drawing would cost in tokens; score nothing, write nothing' }),
  output,
  cache,
  junit: text({ group: REPORTS, description: 'File to write JUnit XML to' }),
  summary: text({ group: REPORTS, description: 'File to append Markdown to, such as $GITHUB_STEP_SUMMARY' }),
  report: text({ group: REPORTS, description: 'File to write an HTML page to, with the path of the bounds' }),
  ...formatOptions({ group: REPORTS }).shape,
})
type GateCommandOptions = z.output<typeof options>

const blessCommand = defineCommand({
  name: 'bless',
  description: 'Make a run the baseline',
  options: z.object({
    run: positional({ description: 'FILE or FOLDER of a run' }),
    name: text({ description: 'Name of the baseline (default: the model’s label)' }),
    baselines,
    force: flag({ description: 'Replace a baseline of that name' }),
  }),
  async run({ run, name, baselines: folder, force }, { err }) {
    const stored = await readStoredRun(run)
    for (const line of sourceLines(stored)) err(line)
    err(`blessed: ${await blessRun(stored, name ?? stored.label, { folder, force })}`)
  },
})

/** The command. */
export const gateCommand = defineCommand({
  name: 'gate',
  description: 'Check a candidate against a baseline: exit 0 passed, 1 regressed, 3 cannot tell',
  options,
  examples: [
    ['gate --baseline original --model candidate=./model --policy gate.yaml', 'scores items of the candidate until every rule is decided'],
    ['gate --baseline original --candidate results/pruned --policy gate.yaml', 'the check of a stored run'],
    ['gate bless results/original', 'a run that --baseline original finds from now on'],
  ],
  epilogue: 'Exit codes: 0 passed, 1 regressed, 2 the tool or its input failed, 3 incomparable or too few items to tell.',
  subcommands: [blessCommand],
  endsItself: true,
  async run(given, terminal) {
    try {
      return given.dryRun ? await dryRun(given, terminal) : await finish(given, await judgedOutcome(given, terminal), terminal)
    } catch (error) {
      if (error instanceof CompareError) {
        printError(error, terminal)
        return INCOMPARABLE
      }
      if (!(error instanceof AbortError)) throw error
      terminal.err('interrupted before anything was scored; nothing was written')
      return INTERRUPTED
    }
  },
  onInvalid: async (error, valid, terminal) => finish(valid, failed(namesOf(valid), error), terminal),
})

/** An outcome, with the error if there is no verdict. */
interface Judged {
  readonly outcome: GateOutcome
  readonly error?: unknown
}

/** The facts about both runs before they are judged. */
type KnownRuns = Pick<GateOutcome, 'names' | 'files'>

/** Judges, and turns every error into an outcome: a CI job needs its reports in every case. */
async function judgedOutcome(given: GateCommandOptions, terminal: Terminal): Promise<Judged> {
  const known = { ...namesOf(given) }
  try {
    formatOf(given)
    requireOptions(given)
    return { outcome: await (given.model.length > 0 ? judgeScored(given, known, terminal) : judgeStored(given, known, terminal)) }
  } catch (error) {
    if (error instanceof AbortError) throw error
    return failed(known, error)
  }
}

/** The facts become known one after another; a report of an error has those that were. */
type Learning = { -readonly [Key in keyof KnownRuns]: KnownRuns[Key] }

async function judgeStored({ baseline, candidate, policy, baselines: folder }: GateCommandOptions, known: Learning, { err }: Terminal): Promise<GateOutcome> {
  const gate = await openGate({ baseline: baseline!, candidate: candidate!, policy: policy!, baselines: folder })
  known.names = { baseline: gate.baseline.label, candidate: gate.candidate.label }
  known.files = { baseline: gate.baseline.sources ?? [], candidate: gate.candidate.sources ?? [] }
  for (const line of [gate.baseline, gate.candidate].flatMap(sourceLines)) err(line)
  return judgeOpen(gate)
}

async function judgeScored(given: GateCommandOptions, known: Learning, terminal: Terminal): Promise<GateOutcome> {
  const progress = gateProgress(terminal)
  const onEvent = (event: GateEvent) => {
    if (event.kind === 'baseline-read') {
      known.names = { ...known.names, baseline: event.baseline.label }
      known.files = { ...known.files, baseline: event.baseline.sources ?? [] }
    }
    progress.onEvent(event)
  }
  const outcome = await judgeModel({ ...modelGateOptions(given), onEvent, signal: terminal.signal }).finally(progress.close)
  if (outcome.exitCode === INTERRUPTED) terminal.err('interrupted; run the same command again to continue')
  return outcome
}

async function dryRun(given: GateCommandOptions, terminal: Terminal): Promise<number> {
  const format = planFormatOf(given)
  requireOptions(given)
  if (given.model.length === 0) throw new UsageError('--dry-run is for --model', 'A stored candidate costs nothing; leave it out.')
  const progress = gateProgress(terminal)
  const plans = await planGate({ ...modelGateOptions(given), onEvent: progress.onEvent, signal: terminal.signal })
  terminal.out(format === 'json' ? JSON.stringify(plans, null, 2) : gatePlanText(plans))
  return 0
}

/** The options that `judgeModel` takes; all of `requireOptions` are there. */
function modelGateOptions(given: GateCommandOptions) {
  const { baseline, policy, baselines: folder } = given
  return { ...validOptions(modelOptions, given), baseline: baseline!, policy: policy!, baselines: folder }
}

function namesOf({ baseline, candidate, model }: GateCommandOptions): KnownRuns {
  return {
    names: { baseline: String(baseline), candidate: model[0] === undefined ? String(candidate) : modelName(model[0]) },
    files: { baseline: [], candidate: [] },
  }
}

function failed(known: KnownRuns, error: unknown): Judged {
  const message = errorText(error)
  const failure =
    error instanceof HarnessError ? { code: error.code, message, hint: error.hint } : { code: 'BUG', message, hint: 'This is a bug, please report it.' }
  const exitCode = error instanceof CompareError ? INCOMPARABLE : FAILED
  return { outcome: { ...known, judgement: null, error: failure, notes: [], exitCode }, error }
}

/** The name in `NAME=MODEL`, or all of it. */
function modelName(model: string): string {
  return /^[^=/\\]+(?==)/u.exec(model)?.[0] ?? model
}

/** Fails with GateError if one is missing, if two candidates are given, or if options say how to score a candidate that is stored. */
function requireOptions(given: GateCommandOptions): void {
  const { baseline, candidate, policy, model } = given
  if (candidate !== undefined && model.length > 0) throw new GateError('--candidate and --model exclude each other', 'Give a stored run, or a model to score.')
  if (candidate !== undefined) refuseScoring(given)
  const missing = Object.entries({ baseline, candidate: candidate ?? model[0], policy }).flatMap(([name, value]) => {
    if (value !== undefined) return []
    return [name === 'candidate' ? '--candidate or --model' : `--${name}`]
  })
  if (missing.length === 0) return
  const example = 'For example: evalharness gate --baseline results/original --candidate results/pruned --policy gate.yaml'
  throw new GateError(`not given: ${missing.join(', ')}`, policy === undefined ? `${example}; in gate.yaml: tasks: { piqa: { min_retention: 0.95 } }` : example)
}

/** Fails with GateError on options that only `--model` has: without effect they would mislead. */
function refuseScoring(given: Readonly<Record<string, unknown>>): void {
  const { model: _model, ...shape } = scoring
  const misplaced = givenOptions(z.object(shape), given)
  if (misplaced.length === 0) return
  throw new GateError(`${misplaced.map((name) => `--${name}`).join(', ')}: only for --model`, 'A stored run is judged as it is; leave them out.')
}

/** Writes the reports and prints the outcome; returns the exit code. Fails if there is no verdict, or if a report was not written. */
async function finish(given: GateCommandOptions, { outcome, error: cause }: Judged, terminal: Terminal): Promise<number> {
  const unwritten = await writeReports(given, outcome)
  printReport(formatOf(given), gateReport(outcome), terminal)
  for (const note of outcome.notes) terminal.err(`note: ${note}`)
  const incomplete = cause === undefined && outcome.error ? [new EngineError(outcome.error.message, outcome.error.hint)] : []
  const [first, ...more] = [...(cause === undefined ? incomplete : [cause]), ...unwritten]
  for (const error of more) if (error instanceof HarnessError) printError(error, terminal)
  if (first instanceof CompareError) printError(first, terminal)
  else if (first !== undefined) throw first
  return outcome.exitCode
}

/** Writes the requested files; returns the errors of those that could not be written. */
async function writeReports({ junit, summary, report }: GateCommandOptions, outcome: GateOutcome): Promise<unknown[]> {
  const errors: unknown[] = []
  const attempt = async (file: string | undefined, write: (file: string) => Promise<void>) => {
    if (file !== undefined) await write(file).catch((error: unknown) => errors.push(error))
  }
  await attempt(junit, async (file) => {
    // Its library is the largest of all, and few gates write JUnit XML; loaded with the program it would slow down every command.
    const { junitXml } = await import('../gate/junit.ts')
    await writeWhole(file, [junitXml(outcome)])
  })
  await attempt(summary, (file) => appendSummary(file, outcome))
  await attempt(report, (file) => writeWhole(file, [gatePage(outcome)]))
  return errors
}

async function appendSummary(file: string, outcome: GateOutcome): Promise<void> {
  try {
    await makeFolder(path.dirname(file))
    await finishBeforeExit(() => appendFile(file, `${gateMarkdown(outcome)}\n`))
  } catch (cause) {
    throw cannotWrite(file, cause, 'Give a file in a writable folder.')
  }
}

function printError({ message, hint }: HarnessError, { error }: Terminal): void {
  error(`evalharness: ${message}`)
  error(`  ${hint}`)
}
