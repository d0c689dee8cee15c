/** `evalharness prune laco|drop`: makes a smaller checkpoint of a model by taking layers away. */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { AbortError } from '../errors.ts'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'
import { planPrune, prune, type PruneOptions } from '../prune/prune.ts'
import { dropOptions, lacoOptions } from '../prune/prune-options.ts'
import type { PruningRecord } from '../prune/pruning-record.ts'
import { dropPlanText, lacoPlanText, pruningSummary } from '../report/terminal/pruning-summary.ts'
import { flag } from '../run/option-table.ts'
import { commandText } from '../text/command-text.ts'
import { defineCommand, type Command } from './command.ts'
import { INTERRUPTED } from '../exit-codes.ts'
import { pruneProgress } from './prune-progress.ts'
import type { Terminal } from './terminal.ts'

const SHOWN = 'What to print'
const printing = {
  dryRun: flag({ group: SHOWN, description: 'Show the layers that would go and the sizes; compute nothing, write nothing' }),
  json: flag({ group: SHOWN, description: 'Print the record as JSON' }),
}

const lacoCommand = defineCommand({
  name: 'laco',
  description: 'Merge adjacent layers while the last hidden states stay similar',
  options: z.object({ ...lacoOptions.shape, ...printing }),
  examples: [
    ['prune laco --model Qwen/Qwen3-8B-Base --out laco', 'the published settings'],
    ['prune laco -m ./SmolLM2-135M -o laco --threshold 0.7 --max-compression 0.2', 'at most a fifth of the layers, less similar'],
    ['prune laco -m ./SmolLM2-135M --dry-run', 'the merges it would try'],
  ],
  endsItself: true,
  run: ({ dryRun, json, ...options }, terminal) => runPrune({ method: 'laco', ...options }, { dryRun, json, threshold: options.threshold }, terminal),
})

const dropCommand = defineCommand({
  name: 'drop',
  description: 'Drop layers: the control for a merge',
  options: z.object({ ...dropOptions.shape, ...printing }),
  examples: [
    ['prune drop --model Qwen/Qwen3-8B-Base --layers 17-26 --out dropped', 'about what the published merge amounts to'],
    ['prune drop -m ./SmolLM2-135M --out small --layers auto --keep 24 -t piqa,hellaswag --limit 200', 'the six layers with the least damage'],
  ],
  endsItself: true,
  run: ({ dryRun, json, ...options }, terminal) => runPrune({ method: 'drop', ...options }, { dryRun, json, threshold: NaN }, terminal),
})

/** The command. */
export const pruneCommand: Command = {
  name: 'prune',
  description: 'Make a smaller checkpoint by taking layers away',
  subcommands: [lacoCommand, dropCommand],
}

interface Printing {
  readonly dryRun: boolean
  readonly json: boolean
  /** Of the search. */
  readonly threshold: number
}

async function runPrune(options: PruneOptions, { dryRun, json, threshold }: Printing, terminal: Terminal): Promise<number> {
  const { onEvent, close } = pruneProgress(terminal, threshold)
  const given = { ...options, onEvent, signal: terminal.signal }
  try {
    if (dryRun) {
      const plan = await planPrune(given)
      terminal.out(json ? JSON.stringify(plan, null, 2) : 'merges' in plan ? lacoPlanText(plan) : dropPlanText(plan))
      return 0
    }
    const record = await prune(given)
    close()
    print(record, json, options.out!, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof AbortError)) throw error
    close()
    terminal.err('interrupted; nothing was written')
    return INTERRUPTED
  } finally {
    close()
  }
}

function print(record: PruningRecord, json: boolean, folder: string, { out, err }: Terminal): void {
  out(json ? JSON.stringify(record, null, 2) : pruningSummary(record))
  const { source } = record.base_model
  const command = ['evalharness', 'run', '-m', `original=${source}`, '-m', `pruned=${folder}`, '-t', tasksFor(source)]
  err(`written to ${folder}; score it: ${commandText(command)}`)
}

/** Tasks to suggest: the demo's model knows only its valley, and those tasks need no network. */
function tasksFor(source: string): string {
  return realPath(source) === realPath(path.join(PACKAGE_FOLDER, 'demo/model')) ? 'valley_piqa,valley_boolq' : 'piqa,hellaswag'
}

/** Links followed; the path itself if it is not there, as of a hub repository. */
function realPath(place: string): string {
  try {
    return realpathSync(place)
  } catch {
    return place
  }
}
