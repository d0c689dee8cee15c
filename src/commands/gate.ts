/** `evalharness gate`: a check with an exit code, for CI. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { finishBeforeExit } from '../io/at-exit.ts'
import { compareRuns, type CompareOptions } from '../compare/compare-runs.ts'
import type { Comparison } from '../compare/comparison.ts'
import { CompareError, GateError, HarnessError, StoreError } from '../errors.ts'
import { BASELINES, blessRun, findBaseline } from '../gate/bless.ts'
import { checkPolicy } from '../gate/check-policy.ts'
import { EXIT_CODE, judge } from '../gate/judge.ts'
import { junitXml } from '../gate/junit.ts'
import { outcomeJson, type GateNames, type GateOutcome } from '../gate/outcome.ts'
import { parsePolicy } from '../gate/policy.ts'
import { gateMarkdown, judgementTable } from '../gate/summary.ts'
import { readRun } from '../store/read-run.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { sourceLines } from './run-option.ts'
import type { Terminal } from './terminal.ts'
import { errorText } from '../text/error-text.ts'

interface GateArguments {
  baseline?: string
  candidate?: string
  policy?: string
  baselines: string
  junit?: string
  summary?: string
  json: boolean
}

interface BlessArguments {
  run: string
  name?: string
  baselines: string
  force: boolean
}

/** Exit codes where there is no judgement: input or the tool failed, runs cannot be compared. */
const FAILED = 2
const INCOMPARABLE = 3

/** The command over a terminal; `exit` is told the exit code. */
export function gateCommand(terminal: Terminal, exit: (code: number) => void): CommandModule {
  return {
    command: 'gate',
    describe: 'Check a candidate against a baseline: exit 0 passed, 1 regressed, 3 cannot tell',
    builder: (yargs) =>
      yargs
        .command({ command: '$0', describe: false, builder: gateOptions, handler: async (argv: GateArguments) => exit(await gate(argv, terminal)) })
        .command({
          command: 'bless <run>',
          describe: 'Make a run the baseline',
          builder: blessOptions,
          handler: (argv: BlessArguments) => bless(argv, terminal),
        })
        .epilogue('Exit codes: 0 passed, 1 regressed, 2 the tool or its input failed, 3 incomparable or too few items to tell.'),
    handler: () => {},
  }
}

function gateOptions(yargs: Argv): Argv<GateArguments> {
  return yargs
    .option('baseline', { type: 'string', requiresArg: true, describe: 'Run of the original: FILE, FOLDER, or the name of a blessed baseline' })
    .option('candidate', { type: 'string', requiresArg: true, describe: 'Run of the variant: FILE or FOLDER' })
    .option('policy', { type: 'string', requiresArg: true, describe: 'YAML file of limits by task' })
    .option('baselines', { type: 'string', default: BASELINES, requiresArg: true, describe: 'Folder of blessed baselines' })
    .option('junit', { type: 'string', requiresArg: true, describe: 'Write JUnit XML to this file' })
    .option('summary', { type: 'string', requiresArg: true, describe: 'Append Markdown to this file, such as $GITHUB_STEP_SUMMARY' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the judgement as JSON' })
    .example('$0 gate --baseline original --candidate results/pruned --policy gate.yaml', 'in CI')
    .example('$0 gate bless results/original', 'after which --baseline original finds it') as unknown as Argv<GateArguments>
}

function blessOptions(yargs: Argv): Argv<BlessArguments> {
  return yargs
    .positional('run', { type: 'string', demandOption: true, describe: 'FILE or FOLDER of a run' })
    .option('name', { type: 'string', requiresArg: true, describe: 'Of the baseline [default: the model’s label]' })
    .option('baselines', { type: 'string', default: BASELINES, requiresArg: true, describe: 'Folder of blessed baselines' })
    .option('force', { type: 'boolean', default: false, describe: 'Replace a baseline of that name' }) as unknown as Argv<BlessArguments>
}

/** Judges, and writes what was asked for whatever came of it. Comes back with the exit code; fails where there is no judgement to tell. */
async function gate(argv: GateArguments, terminal: Terminal): Promise<number> {
  const progress: Progress = { names: { baseline: String(argv.baseline), candidate: String(argv.candidate) }, files: { baseline: [], candidate: [] } }
  const { outcome, cause } = await judgedOutcome(argv, progress, terminal).then(
    (judged) => ({ outcome: judged, cause: undefined }),
    (error: unknown) => ({ outcome: failedOutcome(progress, error), cause: error }),
  )
  const unwritten = await writeReports(argv, outcome)
  if (argv.json) terminal.out(JSON.stringify(outcomeJson(outcome), null, 2))
  else if (outcome.judgement) terminal.out(judgementTable(outcome.judgement, terminal.columns))
  for (const note of outcome.notes) terminal.err(`note: ${note}`)
  const [first, ...more] = [...(cause === undefined ? [] : [cause]), ...unwritten]
  for (const error of more) if (error instanceof HarnessError) tellError(error, terminal)
  if (first instanceof CompareError && outcome.exitCode === INCOMPARABLE) tellError(first, terminal)
  else if (first !== undefined) throw first
  return outcome.exitCode
}

/** What is known of a gate while it goes on. */
interface Progress {
  names: GateNames
  files: GateOutcome['files']
}

async function judgedOutcome(argv: GateArguments, progress: Progress, terminal: Terminal): Promise<GateOutcome> {
  const { baseline, candidate, policy } = checkedArguments(argv)
  const text = await readFile(policy, 'utf8').catch((cause: unknown) => {
    throw new GateError(`cannot read the policy ${policy}`, 'docs/gate.md shows one.', { cause })
  })
  const limits = parsePolicy(text, policy)
  const [original, variant] = [await readRun(await findBaseline(baseline, argv.baselines)), await readRun(candidate)]
  progress.names = { baseline: original.label, candidate: variant.label }
  progress.files = { baseline: original.sources ?? [], candidate: variant.sources ?? [] }
  for (const run of [original, variant]) for (const line of sourceLines(run)) terminal.err(line)
  checkPolicy(limits, [original, variant], policy)
  // Every metric and subset, for a policy may name any of them; only those that it names are compared.
  const known = new Set([...original.tasks, ...original.groups].map(({ name }) => name))
  const tasks = [...limits.keys()].filter((task) => known.has(task))
  const comparison = compared(original, variant, {
    ...(tasks.length > 0 && { tasks }),
    allMetrics: [...limits.values()].some(({ metric }) => metric !== undefined),
    commonItems: 'subset',
  })
  const judgement = judge(limits, comparison)
  return { ...progress, judgement, error: null, notes: comparison.notes, exitCode: EXIT_CODE[judgement.verdict] }
}

/** As compareRuns, with a hint that names what `gate` has. */
function compared(original: StoredRun, variant: StoredRun, options: CompareOptions): Comparison {
  try {
    return compareRuns(original, [variant], options)
  } catch (error) {
    if (!(error instanceof CompareError)) throw error
    throw new CompareError(
      error.message,
      'Score the candidate on the tasks, shots and rows of the baseline, or on its first rows with --limit; or bless another baseline.',
      {
        cause: error,
      },
    )
  }
}

function failedOutcome(progress: Progress, error: unknown): GateOutcome {
  const known = error instanceof HarnessError
  const message = errorText(error)
  const failure = known ? { code: error.code, message, hint: error.hint } : { code: 'BUG', message, hint: 'This is a bug, please report it.' }
  return { ...progress, judgement: null, error: failure, notes: [], exitCode: error instanceof CompareError ? INCOMPARABLE : FAILED }
}

/** The options, checked. Fails with GateError. */
function checkedArguments(argv: GateArguments): { baseline: string; candidate: string; policy: string } {
  const { baseline, candidate, policy } = argv
  for (const name of ['baseline', 'candidate', 'policy', 'baselines', 'junit', 'summary'] as const) {
    const value: unknown = argv[name]
    if (Array.isArray(value)) throw new GateError(`--${name} is given ${value.length} times`, 'Give it once.')
    if (value === '') throw new GateError(`--${name} is empty`, 'Give a name; a variable such as $GITHUB_STEP_SUMMARY may not be set.')
  }
  if (baseline === undefined || candidate === undefined || policy === undefined) {
    const missing = Object.entries({ baseline, candidate, policy }).flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []))
    throw new GateError(`not given: ${missing.join(', ')}`, '`evalharness gate --help` has an example.')
  }
  return { baseline, candidate, policy }
}

/** Writes the files that were asked for; comes back with the errors of those that could not be written. */
async function writeReports({ junit, summary }: GateArguments, outcome: GateOutcome): Promise<unknown[]> {
  const errors: unknown[] = []
  const attempt = async (file: string | undefined, write: (file: string) => Promise<void>) => {
    if (typeof file === 'string' && file !== '') await write(file).catch((error: unknown) => errors.push(error))
  }
  await attempt(junit, (file) => writeWhole(file, [junitXml(outcome)]))
  await attempt(summary, async (file) => {
    try {
      await mkdir(path.dirname(file), { recursive: true })
      await finishBeforeExit(() => appendFile(file, `${gateMarkdown(outcome)}\n`))
    } catch (cause) {
      cannotWrite(file, cause)
    }
  })
  return errors
}

function tellError({ message, hint }: HarnessError, { err }: Terminal): void {
  err(`evalharness: ${message}`)
  err(`  ${hint}`)
}

async function bless({ run, name, baselines, force }: BlessArguments, { err }: Terminal): Promise<void> {
  const stored = await readRun(run)
  for (const line of sourceLines(stored)) err(line)
  const target = await blessRun(stored, name ?? stored.label, { folder: baselines, force })
  err(`blessed: ${target}`)
}

function cannotWrite(file: string, cause: unknown): never {
  throw new StoreError(`cannot write ${file}: ${errorText(cause)}`, 'Give a file in a folder that can be written to.', {
    cause,
  })
}
