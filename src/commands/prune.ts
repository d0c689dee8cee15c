/** `evalharness prune laco|drop`: makes a smaller checkpoint of a model by taking layers away. */
import type { Argv, CommandModule } from 'yargs'
import { AbortError, unlessAborted, UsageError } from '../errors.ts'
import type { ModelSource } from '../run/model-source.ts'
import { planDrop, planLaco, pruneDrop, pruneLaco, type Destination, type LacoOptions } from '../prune/prune-model.ts'
import { MERGE_RULES, type MergeRule } from '../prune/merge-rule.ts'
import type { PruningRecord } from '../prune/pruning-record.ts'
import { SIMILARITIES, type Similarity } from '../prune/similarity.ts'
import { lacoPlanText, pruningSummary, sizesText } from '../report/terminal/pruning-summary.ts'
import { locateModel, parsePlainModel } from './model-option.ts'
import { isServed } from './served-option.ts'
import { pruningWatcher } from './prune-progress.ts'
import type { Terminal } from './terminal.ts'

/** As a shell reports a program that Ctrl-C ended. */
const INTERRUPTED = 130

interface PruneArguments {
  model?: string
  out?: string
  force: boolean
  dryRun: boolean
  json: boolean
}

interface LacoArguments extends PruneArguments {
  mergeLayers: number
  lowestLayer: number
  highestLayer?: number
  interval: number
  threshold: number
  maxCompression: number
  rule: MergeRule
  qkNorm: 'merge' | 'keep'
  similarity: Similarity
  emulateBf16: boolean
  calibration?: string
  threads?: number
}

interface DropArguments extends PruneArguments {
  layers?: string
}

/** The command over a terminal; `exit` is told the exit code. */
export function pruneCommand(terminal: Terminal, exit: (code: number) => void): CommandModule {
  const ending = async (work: Promise<void>) =>
    exit(
      await work.then(
        () => 0,
        (error: unknown) => {
          if (!(error instanceof AbortError)) throw error
          terminal.err('interrupted; nothing was written')
          return INTERRUPTED
        },
      ),
    )
  return {
    command: 'prune',
    describe: 'Make a smaller checkpoint by taking layers away',
    builder: (yargs) =>
      yargs
        .command({
          command: 'laco',
          describe: 'Merge adjacent layers while the last hidden states stay close',
          builder: lacoOptions,
          handler: (argv: LacoArguments) => ending(laco(argv, terminal)),
        })
        .command({
          command: 'drop',
          describe: 'Drop layers: the control for a merge',
          builder: dropOptions,
          handler: (argv: DropArguments) => ending(drop(argv, terminal)),
        })
        .demandCommand(1, 'Give a method: laco or drop.'),
    handler: () => {},
  }
}

function commonOptions(yargs: Argv) {
  return yargs
    .option('model', { alias: 'm', type: 'string', requiresArg: true, describe: 'Folder, or OWNER/REPO on the hub' })
    .option('out', { alias: 'o', type: 'string', requiresArg: true, describe: 'Folder for the pruned checkpoint' })
    .option('force', { type: 'boolean', default: false, describe: 'Replace the folder if it is there' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Show what would be tried and the sizes; compute nothing, write nothing' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the record as JSON' })
}

function lacoOptions(yargs: Argv): Argv<LacoArguments> {
  const options = commonOptions(yargs)
    .option('merge-layers', { type: 'number', default: 3, requiresArg: true, describe: 'C: adjacent layers that become one' })
    .option('lowest-layer', { type: 'number', default: 4, requiresArg: true, describe: 'L: lowest layer that may be the base of a group' })
    .option('highest-layer', { type: 'number', requiresArg: true, describe: 'H: one past the highest layer of the first group [default: 28, or all layers]' })
    .option('interval', { type: 'number', default: 2, requiresArg: true, describe: 'I: layers that the pointer moves down after a merge' })
    .option('threshold', { type: 'number', default: 0.85, requiresArg: true, describe: 'T: a merge is kept when the mean cosine is greater' })
    .option('max-compression', { type: 'number', default: 0.3, requiresArg: true, describe: 'Largest share of the layers to remove' })
    .option('rule', {
      choices: MERGE_RULES,
      default: 'telescope' as const,
      describe: 'A merged layer’s projections: the last layer’s, the base plus all differences, or the mean above the base',
    })
    .option('qk-norm', {
      choices: ['merge', 'keep'] as const,
      default: 'merge' as const,
      describe: 'q_norm and k_norm: merged like projections, or the base’s',
    })
    .option('similarity', {
      choices: SIMILARITIES,
      default: 'flatten' as const,
      describe: 'One cosine a sentence, its last token’s, or the mean of its tokens’',
    })
    .option('emulate-bf16', { type: 'boolean', default: false, describe: 'Compute the telescoping sum in bfloat16, as the published code does' })
    .option('calibration', { type: 'string', requiresArg: true, describe: 'Text file, a sentence a line [default: ten built-in sentences]' })
    .option('threads', { type: 'number', requiresArg: true, describe: 'Threads inside an operator' })
    .example('$0 prune laco --model Qwen/Qwen3-8B-Base --out laco', 'the published settings')
    .example('$0 prune laco -m ./SmolLM2-135M -o laco --threshold 0.7 --max-compression 0.2', 'fewer layers, farther off')
    .example('$0 prune laco -m ./SmolLM2-135M --dry-run', 'the merges it would try')
  return options as unknown as Argv<LacoArguments>
}

function dropOptions(yargs: Argv): Argv<DropArguments> {
  const options = commonOptions(yargs)
    .option('layers', { type: 'string', requiresArg: true, describe: 'Layers to drop, from 0: 17-26, or 3,5,8-10' })
    .example('$0 prune drop --model Qwen/Qwen3-8B-Base --layers 17-26 --out dropped', 'what the published merge comes near to')
  return options as unknown as Argv<DropArguments>
}

async function laco(argv: LacoArguments, terminal: Terminal): Promise<void> {
  const { mergeLayers, lowestLayer, highestLayer, interval, threshold, maxCompression, rule, qkNorm, similarity, emulateBf16, threads } = argv
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    throw new UsageError(`--threads ${threads} is not a whole number from 1 on`, 'Give for example --threads 2.')
  const options: LacoOptions = {
    settings: { mergeLayers, lowestLayer, highestLayer, interval, threshold, maxCompression },
    merge: { rule, qkNorm, emulateBf16 },
    similarity,
    calibrationFile: argv.calibration,
    threads,
  }
  if (argv.dryRun) {
    const plan = await planLaco(await modelOf(argv, terminal), options, terminal.err)
    terminal.out(argv.json ? JSON.stringify(plan, null, 2) : lacoPlanText(plan))
    return
  }
  const destination = destinationOf(argv, terminal)
  const model = await modelOf(argv, terminal)
  const watcher = pruningWatcher(terminal, threshold)
  try {
    tell(await pruneLaco(model, options, destination, watcher), argv, destination, terminal)
  } finally {
    watcher.stop()
  }
}

async function drop(argv: DropArguments, terminal: Terminal): Promise<void> {
  const dropped = parseLayers(argv.layers)
  if (argv.dryRun) {
    const plan = await planDrop(await modelOf(argv, terminal), dropped, terminal.err)
    terminal.out(argv.json ? JSON.stringify(plan, null, 2) : sizesText(plan.original, plan.pruned))
    return
  }
  const destination = destinationOf(argv, terminal)
  const model = await modelOf(argv, terminal)
  const watcher = pruningWatcher(terminal, NaN)
  try {
    tell(await pruneDrop(model, dropped, destination, watcher), argv, destination, terminal)
  } finally {
    watcher.stop()
  }
}

function tell(record: PruningRecord, { json }: PruneArguments, { folder }: Destination, { out, err }: Terminal): void {
  out(json ? JSON.stringify(record, null, 2) : pruningSummary(record))
  err(`written to ${folder}; score it: evalharness run -m original=${record.base_model.source} -m pruned=${folder} -t piqa,hellaswag`)
}

async function modelOf({ model, dryRun }: PruneArguments, terminal: Terminal): Promise<ModelSource> {
  if (model === undefined || model === '') throw new UsageError('no model given', 'Give --model FOLDER, or --model OWNER/REPO from the hub.')
  if (isServed(model)) throw new UsageError('a model on a server has no weights here', 'Give --model FOLDER, or --model OWNER/REPO from the hub.')
  return unlessAborted(
    locateModel(parsePlainModel(model), (notice) => terminal.err(notice), dryRun ? 'config' : 'all'),
    terminal.signal,
  )
}

function destinationOf({ out, force }: PruneArguments, { signal }: Terminal): Destination {
  if (out === undefined || out === '') throw new UsageError('no output folder given', 'Give --out FOLDER, or --dry-run to see what would be done.')
  return { folder: out, force, signal }
}

/** `17-26`, `3,5,8-10`. */
export function parseLayers(text: string | undefined): ReadonlySet<number> {
  if (text === undefined || text === '') throw new UsageError('no layers given', 'Give --layers 17-26, or --layers 3,5,8-10.')
  const layers = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/u.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first))
      throw new UsageError(`--layers ${text}: ${JSON.stringify(part)} is neither a layer nor a range of layers`, 'Give --layers 17-26, or --layers 3,5,8-10.')
    for (let layer = Number(first); layer <= Number(last); layer++) layers.add(layer)
  }
  return layers
}
