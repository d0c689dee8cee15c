/** `evalharness gate`: a check with an exit code, for CI. */
import { appendFile, readFile } from 'node:fs/promises'
import type { Argv, CommandModule } from 'yargs'
import { finishBeforeExit } from '../at-exit.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { CompareError, GateError, StoreError } from '../errors.ts'
import { BASELINES, blessRun, findBaseline } from '../gate/bless.ts'
import { EXIT_CODE, judge, type Judgement } from '../gate/judge.ts'
import { junitXml } from '../gate/junit.ts'
import { parsePolicy } from '../gate/policy.ts'
import { judgementMarkdown, judgementTable } from '../gate/summary.ts'
import { readRun } from '../store/read-run.ts'
import { writeWhole } from '../store/write-whole.ts'
import type { Terminal } from './terminal.ts'

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

/** Exit code where runs cannot be held against each other. */
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

async function gate(argv: GateArguments, terminal: Terminal): Promise<number> {
  const { baseline, candidate, policy } = argv
  if (baseline === undefined || candidate === undefined || policy === undefined) {
    const missing = Object.entries({ baseline, candidate, policy }).flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []))
    throw new GateError(`not given: ${missing.join(', ')}`, '`evalharness gate --help` has an example.')
  }
  const text = await readFile(policy, 'utf8').catch((cause: unknown) => {
    throw new GateError(`cannot read the policy ${policy}`, 'docs/gate.md shows one.', { cause })
  })
  const limits = parsePolicy(text, policy)
  const [original, variant] = [await readRun(await findBaseline(baseline, argv.baselines)), await readRun(candidate)]
  const names = { baseline: original.label, candidate: variant.label }
  let judgement: Judgement
  try {
    // Every metric and subset, for a policy may name any of them; only those that it names are asked for.
    const known = [...original.tasks, ...original.groups].map(({ name }) => name)
    const tasks = [...limits.keys()].filter((task) => known.includes(task))
    const metrics = new Map([...limits].map(([task, { metric }]) => [task, metric]))
    const comparison = compareRuns(original, [variant], {
      ...(tasks.length > 0 && { tasks }),
      allMetrics: [...metrics.values()].some((metric) => metric !== undefined),
    })
    judgement = judge(limits, comparison)
  } catch (error) {
    if (!(error instanceof CompareError)) throw error
    terminal.err(`evalharness: ${error.message}`)
    terminal.err(`  ${error.hint}`)
    return INCOMPARABLE
  }
  if (argv.junit !== undefined) await writeWhole(argv.junit, [junitXml(judgement, names)])
  if (argv.summary !== undefined)
    await finishBeforeExit(() => appendFile(argv.summary!, `${judgementMarkdown(judgement, names)}\n`)).catch((cause: unknown) =>
      cannotWrite(argv.summary!, cause),
    )
  terminal.out(argv.json ? JSON.stringify({ ...names, ...judgement }, null, 2) : judgementTable(judgement, terminal.columns))
  return EXIT_CODE[judgement.verdict]
}

async function bless({ run, name, baselines, force }: BlessArguments, { err }: Terminal): Promise<void> {
  const stored = await readRun(run)
  const target = await blessRun(stored, name ?? stored.label, { folder: baselines, force })
  err(`blessed: ${target}`)
}

function cannotWrite(file: string, cause: unknown): never {
  throw new StoreError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, 'Give a file in a folder that can be written to.', {
    cause,
  })
}
