/** `evalharness card write|verify`: a model card's tables from runs, and a model card held against itself and against runs. */
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { z } from 'zod'
import { cardContents, checkWhole } from '../card/write/card-contents.ts'
import { baseModelOf, cardFigures, printed } from '../card/read/card-figures.ts'
import { evalResultFiles } from '../card/write/eval-results.ts'
import { KNOWN_MODELS } from '../card/verify/published-figures.ts'
import { readCard, type Card } from '../card/read/read-card.ts'
import { reproduceCard } from '../card/verify/reproduce-card.ts'
import { cardVerdictTable } from '../card/verify/verdict-table.ts'
import { verifyCard } from '../card/verify/verify-card.ts'
import { baseModelFor, writeCard } from '../card/write/write-card.ts'
import { parseConfig, readConfig, type ModelConfig } from '../model/config/config.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { CardError, CheckpointError, unlessAborted, UsageError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import type { LacoRecord } from '../prune/pruning-record.ts'
import { heading, markdownBody } from '../text/markdown.ts'
import { readRun } from '../store/read-run.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { compareOptionsOf, describeCompareOptions, readProfile, type CompareArguments } from './compare-options.ts'
import { parseModelOption } from './model-option.ts'
import { openCard, readRuns } from './run-option.ts'
import { scoreModels } from './run.ts'
import type { Terminal } from './terminal.ts'
import { errorText } from '../text/error-text.ts'
import { isFolder, pathExists } from '../io/path-exists.ts'

interface WriteArguments extends CompareArguments {
  runs: string[]
  into?: string
  laco?: string
  baseModel?: string
  partial: boolean
  evalResults: boolean
  dryRun: boolean
}

interface VerifyArguments {
  card: string
  profile?: string
  config?: string
  originalRun?: string
  variantRun?: string
  run: boolean
  model: string[]
  dataDir?: string
  limit?: number
  output: string
  all: boolean
  json: boolean
}

/** The command over a terminal; `exit` is told the exit code: 1 where a card is wrong. */
export function cardCommand(terminal: Terminal, exit: (code: number) => void): CommandModule {
  return {
    command: 'card',
    describe: 'Write the tables of a model card, or verify one',
    builder: (yargs) =>
      yargs
        .command({
          command: 'write <runs..>',
          describe: 'Put tables and model-index into a card',
          builder: writeOptions,
          handler: (argv: WriteArguments) => unlessAborted(write(argv, terminal), terminal.signal),
        })
        .command({
          command: 'verify <card>',
          describe: 'Check every figure of a card',
          builder: verifyOptions,
          handler: async (argv: VerifyArguments) => {
            const work = verify(argv, terminal)
            // Scoring ends itself: it has results to write.
            exit(await (argv.run ? work : unlessAborted(work, terminal.signal)))
          },
        })
        .demandCommand(1, 'Give write or verify.'),
    handler: () => {},
  }
}

function writeOptions(yargs: Argv): Argv<WriteArguments> {
  return describeCompareOptions(
    yargs.positional('runs', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'The original, then the models of the card: [NAME=]FILE, FOLDER, or CARD.md#original',
    }),
  )
    .option('into', { type: 'string', requiresArg: true, describe: 'The card: README.md, or the folder that it stands in' })
    .option('laco', { type: 'string', requiresArg: true, describe: 'laco.json of a collapsed checkpoint, for its tables' })
    .option('base-model', {
      type: 'string',
      requiresArg: true,
      describe: 'The original’s repository on the hub, OWNER/NAME [default: what the card or the run says]',
    })
    .option('partial', { type: 'boolean', default: false, describe: 'Write scores of a part of a split too, with their number of items' })
    .option('eval-results', { type: 'boolean', default: false, describe: 'Write the hub’s .eval_results/*.yaml beside the card too' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Print the card instead of writing it' })
    .example(
      '$0 card write results/original results/laco --into laco/README.md --laco laco/laco.json',
      'every table of a pruned model’s card',
    ) as unknown as Argv<WriteArguments>
}

function verifyOptions(yargs: Argv): Argv<VerifyArguments> {
  return yargs
    .positional('card', { type: 'string', demandOption: true, describe: 'README.md' })
    .option('profile', {
      type: 'string',
      requiresArg: true,
      describe: 'Words for retentions: card, default, or a YAML file [default: what the card was written with, else card]',
    })
    .option('config', {
      type: 'string',
      requiresArg: true,
      describe: 'config.json of the original or its folder, for its parameters [default: what is known of base_model, or the one beside the card]',
    })
    .option('original-run', { type: 'string', requiresArg: true, describe: 'A run of the original, to hold scores against' })
    .option('variant-run', { type: 'string', requiresArg: true, describe: 'A run of the card’s model' })
    .option('run', { type: 'boolean', default: false, describe: 'Score both models now' })
    .option('model', {
      alias: 'm',
      type: 'string',
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: 'With --run: original=WHERE and variant=WHERE [default: base_model and the card’s folder]',
    })
    .option('data-dir', { type: 'string', requiresArg: true, describe: 'With --run: folder of local datasets' })
    .option('limit', { alias: 'L', type: 'number', requiresArg: true, describe: 'With --run: first rows of each task' })
    .option('output', { alias: 'o', type: 'string', default: 'results', requiresArg: true, describe: 'With --run: folder for the runs' })
    .option('all', { type: 'boolean', default: false, describe: 'List the cells that are right too' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the verdicts as JSON' })
    .example('$0 card verify README.md', 'what needs no model')
    .example('$0 card verify README.md --run -m original=./base -m variant=./laco', 'scores both and compares') as unknown as Argv<VerifyArguments>
}

async function write(argv: WriteArguments, terminal: Terminal): Promise<void> {
  const { laco, baseModel, dryRun } = argv
  if (argv.into === undefined) throw new UsageError('no card given', 'Give --into README.md; it is made if it is not there.')
  if (argv.runs.length < 2) throw new UsageError(`${argv.runs.length} runs given`, 'Give the original’s run and that of the card’s model.')
  if (baseModel !== undefined && !HUB_ID.test(baseModel))
    throw new UsageError(`--base-model ${baseModel} is not a repository of the hub`, 'Give OWNER/NAME, such as Qwen/Qwen3-8B-Base.')
  const into = await cardFile(argv.into)
  const [original, ...variants] = await readRuns(argv.runs, terminal.err)
  const contents = cardContents(original!, variants, await compareOptionsOf(argv), {
    laco: laco === undefined ? null : await readLaco(laco),
    ...(baseModel !== undefined && { baseModel }),
  })
  if (!argv.partial) checkWhole(contents)
  const card = (await pathExists(into)) ? await openForWriting(into) : readCard(markdownBody([heading(1, variants[0]!.label)]), into)
  const text = writeCard(card, contents)
  if (dryRun) {
    terminal.out(text)
    return
  }
  await writeWhole(into, [text])
  const files = argv.evalResults ? evalResultFiles(contents) : []
  for (const { name, text: content } of files) await writeWhole(path.join(path.dirname(into), name), [content])
  const base = baseModelFor(card, contents)
  if (base === null || !HUB_ID.test(base))
    terminal.err(`${base === null ? 'the card names no base_model' : `base_model ${base} is not a repository of the hub`}: give --base-model OWNER/NAME`)
  terminal.err(`written: ${[into, ...files.map(({ name }) => path.join(path.dirname(into), name))].join(', ')}`)
}

/** `owner/name`; a path does not begin like that, or has more parts. */
const HUB_ID = /^\w[\w.-]*\/\w[\w.-]*$/u

/** The file itself, also behind a link; README.md of a folder. */
async function cardFile(into: string): Promise<string> {
  const file = (await isFolder(into)) || (/[/\\]$/u.test(into) && !(await pathExists(into))) ? path.join(into, 'README.md') : into
  return (await pathExists(file)) ? realpath(file) : file
}

/** A card whose every byte is in its text: what was read as a replacement character could not be left as it was. */
async function openForWriting(file: string): Promise<Card> {
  const card = await openCard(file)
  if (!Buffer.from(card.text).equals(await readFile(file))) throw new CardError(`${file} is not UTF-8`, 'Save it as UTF-8, which the hub shows.')
  return card
}

const count = z.number().int().nonnegative()
/** What the tables need of a laco.json. */
const lacoSchema = z.looseObject({
  method: z.literal('laco'),
  base_model: z.looseObject({ source: z.string() }),
  original: z.looseObject({ layers: count, parameters: count }),
  pruned: z.looseObject({ layers: count, parameters: count }),
  layers_removed: count,
  layer_compression: z.number(),
  parameter_compression: z.number(),
  settings: z.looseObject({
    merge_layers: z.number(),
    lowest_layer: z.number(),
    highest_layer: z.number(),
    interval: z.number(),
    threshold: z.number(),
    max_compression: z.number(),
  }),
  iterations: z.array(z.unknown()),
  accepted: count,
  rejected: count,
  similarities: z.array(z.number()).min(1),
})

async function readLaco(file: string): Promise<LacoRecord> {
  const content = await readJson(file)
  const checked = lacoSchema.safeParse(content)
  if (!checked.success)
    throw new CardError(
      `${file} is not the record of a layer collapse: ${z.prettifyError(checked.error)}`,
      'Give the laco.json that `evalharness prune laco` wrote.',
    )
  return content as LacoRecord
}

async function verify(argv: VerifyArguments, terminal: Terminal): Promise<number> {
  const card = await openCard(argv.card)
  const verdict = await verifyCard(card, argv.profile === undefined ? undefined : await readProfile(argv.profile), await configOf(argv, card))
  if (verdict.cells.length === 0)
    throw new CardError(`${argv.card} has no figures to check`, 'It needs a table with the columns Benchmark, Original, Pruned and Retention.')
  const runs = await runsOf(argv, card, terminal)
  const reproduced = runs ? reproduceCard(card, compareRuns(runs[0], [runs[1]], { commonItems: true })) : []
  terminal.out(argv.json ? JSON.stringify({ ...verdict, reproduced }, null, 2) : cardVerdictTable(verdict, reproduced, argv))
  const isWrong =
    verdict.cells.some((cell) => cell.verdict === 'different') ||
    verdict.findings.some(({ kind }) => kind === 'wrong') ||
    reproduced.some((cell) => cell.verdict === 'different')
  return isWrong ? 1 : 0
}

/** The original's config: of the file or folder that is given, or else the one beside the card with the layers that the card says were there before. */
async function configOf({ config, card: file }: VerifyArguments, card: Card): Promise<ModelConfig | undefined> {
  if (config !== undefined) return config.endsWith('.json') ? parseConfig(await readJson(config), config) : readConfig(config)
  const base = baseModelOf(card)
  const beside = path.dirname(path.resolve(file))
  if ((base !== null && Object.hasOwn(KNOWN_MODELS, base.toLowerCase())) || !(await pathExists(path.join(beside, 'config.json')))) return undefined
  const [before] = (cardFigures(card).attributes.get('original layers') ?? []).flatMap((cell) => printed(cell) ?? [])
  if (!before) return undefined
  try {
    return { ...(await readConfig(beside)), layerCount: before.value }
  } catch (error) {
    // Nobody asked for it: of another architecture, the card is verified without.
    if (error instanceof CheckpointError) return undefined
    throw error
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return parseJson(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new CardError(`cannot read ${file}: ${errorText(cause)}`, 'Give a file of JSON that is there.', { cause })
  }
}

/** Runs that are there, or made now; null where none are wanted. */
async function runsOf(argv: VerifyArguments, card: Card, terminal: Terminal): Promise<readonly [StoredRun, StoredRun] | null> {
  const { originalRun, variantRun } = argv
  if (!argv.run) {
    if (originalRun === undefined && variantRun === undefined) return null
    if (originalRun === undefined || variantRun === undefined)
      throw new UsageError('one run is no comparison', 'Give --original-run and --variant-run, or --run.')
    return [await readRun(originalRun), await readRun(variantRun)]
  }
  const known = new Set(['piqa', 'boolq', 'hellaswag', 'mmlu'])
  const tasks = cardFigures(card).benchmarks.flatMap(({ task }) => (known.has(task) ? [task] : []))
  const models = await modelsOf(argv, card)
  const [original, variant] = await scoreModels(
    { models, tasks: [...tasks, ...(cardFigures(card).perplexities.length > 0 ? ['wikitext'] : [])], ...argv },
    terminal,
  )
  return [await readRun(original!), await readRun(variant!)]
}

async function modelsOf({ model, card: file }: VerifyArguments, card: Card): Promise<readonly string[]> {
  const given = new Map(model.map((option) => [parseModelOption(option).label, option]))
  const base = baseModelOf(card)
  const folder = path.dirname(path.resolve(file))
  const hasWeights = await pathExists(path.join(folder, 'config.json'))
  const original = given.get('original') ?? (base === null ? undefined : `original=${base}`)
  const variant = given.get('variant') ?? (hasWeights ? `variant=${folder}` : undefined)
  if (original === undefined || variant === undefined) {
    throw new UsageError(`which model is the ${original === undefined ? 'original' : 'card’s own'}?`, 'Give --model original=WHERE and --model variant=WHERE.')
  }
  return [original, variant]
}
