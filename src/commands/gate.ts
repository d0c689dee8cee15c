/** `evalharness gate`: a check with an exit code, for CI. */
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CompareError, GateError, HarnessError } from '../errors.ts'
import { BASELINES, blessRun } from '../gate/bless.ts'
import { judgeOpen, openGate } from '../gate/judge.ts'
import { junitXml } from '../gate/junit.ts'
import { gateReport } from '../gate/gate-report.ts'
import type { GateOutcome } from '../gate/outcome.ts'
import { gateMarkdown } from '../gate/summary.ts'
import { finishBeforeExit } from '../io/at-exit.ts'
import { cannotWrite } from '../io/cannot-write.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { flag, positional, text, textOr } from '../run/option-table.ts'
import { readStoredRun } from '../store/read-stored-run.ts'
import { sourceLines } from '../store/source-lines.ts'
import { errorText } from '../text/error-text.ts'
import { defineCommand } from './command.ts'
import { FAILED } from './exit-codes.ts'
import { formatOf, formatOptions, printReport } from './format-options.ts'
import type { Terminal } from './terminal.ts'
import { makeFolder } from '../io/make-folder.ts'

/** The runs cannot be compared, or there are too few items to tell. */
const INCOMPARABLE = 3

const baselines = textOr(BASELINES, { description: 'Folder of blessed baselines' })

const options = z.object({
  baseline: text({ description: 'Run of the original: FILE, FOLDER, or the name of a blessed baseline' }),
  candidate: text({ description: 'Run of the candidate: FILE or FOLDER' }),
  policy: text({ description: 'YAML file of limits by task' }),
  baselines,
  junit: text({ description: 'File to write JUnit XML to' }),
  summary: text({ description: 'File to append Markdown to, such as $GITHUB_STEP_SUMMARY' }),
  ...formatOptions().shape,
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
    ['gate --baseline original --candidate results/pruned --policy gate.yaml', 'the check in CI'],
    ['gate bless results/original', 'a run that --baseline original finds from now on'],
  ],
  epilogue: 'Exit codes: 0 passed, 1 regressed, 2 the tool or its input failed, 3 incomparable or too few items to tell.',
  subcommands: [blessCommand],
  async run(given, terminal) {
    formatOf(given)
    return finish(given, await judgedOutcome(given, terminal), terminal)
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
async function judgedOutcome(given: GateCommandOptions, { err }: Terminal): Promise<Judged> {
  let known = namesOf(given)
  try {
    const { baseline, candidate, policy } = requiredOptions(given)
    const gate = await openGate({ baseline, candidate, policy, baselines: given.baselines })
    known = {
      names: { baseline: gate.baseline.label, candidate: gate.candidate.label },
      files: { baseline: gate.baseline.sources ?? [], candidate: gate.candidate.sources ?? [] },
    }
    for (const line of [gate.baseline, gate.candidate].flatMap(sourceLines)) err(line)
    return { outcome: judgeOpen(gate) }
  } catch (error) {
    return failed(known, error)
  }
}

function namesOf({ baseline, candidate }: GateCommandOptions): KnownRuns {
  return { names: { baseline: String(baseline), candidate: String(candidate) }, files: { baseline: [], candidate: [] } }
}

function failed(known: KnownRuns, error: unknown): Judged {
  const message = errorText(error)
  const failure =
    error instanceof HarnessError ? { code: error.code, message, hint: error.hint } : { code: 'BUG', message, hint: 'This is a bug, please report it.' }
  const exitCode = error instanceof CompareError ? INCOMPARABLE : FAILED
  return { outcome: { ...known, judgement: null, error: failure, notes: [], exitCode }, error }
}

/** Fails with GateError if one is missing. */
function requiredOptions({ baseline, candidate, policy }: GateCommandOptions) {
  if (baseline !== undefined && candidate !== undefined && policy !== undefined) return { baseline, candidate, policy }
  const missing = Object.entries({ baseline, candidate, policy }).flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []))
  throw new GateError(`not given: ${missing.join(', ')}`, '`evalharness gate --help` has an example.')
}

/** Writes the reports and prints the outcome; returns the exit code. Fails if there is no verdict, or if a report was not written. */
async function finish(given: GateCommandOptions, { outcome, error: cause }: Judged, terminal: Terminal): Promise<number> {
  const unwritten = await writeReports(given, outcome)
  printReport(formatOf(given), gateReport(outcome), terminal)
  for (const note of outcome.notes) terminal.err(`note: ${note}`)
  const [first, ...more] = [...(cause === undefined ? [] : [cause]), ...unwritten]
  for (const error of more) if (error instanceof HarnessError) printError(error, terminal)
  if (first instanceof CompareError) printError(first, terminal)
  else if (first !== undefined) throw first
  return outcome.exitCode
}

/** Writes the requested files; returns the errors of those that could not be written. */
async function writeReports({ junit, summary }: GateCommandOptions, outcome: GateOutcome): Promise<unknown[]> {
  const errors: unknown[] = []
  const attempt = async (file: string | undefined, write: (file: string) => Promise<void>) => {
    if (file !== undefined) await write(file).catch((error: unknown) => errors.push(error))
  }
  await attempt(junit, (file) => writeWhole(file, [junitXml(outcome)]))
  await attempt(summary, (file) => appendSummary(file, outcome))
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
