/** `evalharness card write|verify`: a model card's tables from runs, and the checks of a model card. */
import { z } from 'zod'
import { cardVerdictTable } from '../card/verify/verdict-table.ts'
import { verifyCard } from '../card/verify/verify-card.ts'
import { isHubId, writeCard } from '../card/write/write-card.ts'
import { UsageError } from '../errors.ts'
import { resultTable } from '../report/terminal/result-table.ts'
import { flag, list, positional, positionals, text } from '../run/option-table.ts'
import type { RunEvent } from '../run/run-events.ts'
import { runOptions } from '../run/run-options.ts'
import type { RunRecord } from '../store/run-record.ts'
import { sourceLines } from '../store/source-lines.ts'
import { shownPath } from '../text/shown-path.ts'
import { defineCommand, type Command } from './command.ts'
import { compareOptions, parseCompareOptions, readProfile } from './compare-options.ts'
import { runProgress } from './run-progress.ts'
import type { Terminal } from './terminal.ts'

const writeCommand = defineCommand({
  name: 'write',
  description: 'Put tables and model-index into a card',
  options: z.object({
    runs: positionals({ description: 'The original, then the models of the card: [NAME=]FILE, FOLDER, or CARD.md#original' }),
    ...compareOptions.shape,
    into: text({ description: 'Card to write: README.md, or its folder; created if it does not exist' }),
    laco: text({ description: 'laco.json of a collapsed checkpoint, for its tables' }),
    baseModel: text({ description: 'Repository of the original on the hub, OWNER/NAME (default: what the card or the run says)' }),
    partial: flag({ description: 'Write scores of a part of a split too, with their number of items' }),
    evalResults: flag({ description: 'Write the hub’s .eval_results/*.yaml beside the card too' }),
    dryRun: flag({ description: 'Print the card instead of writing it' }),
  }),
  examples: [['card write results/original results/laco --into laco/README.md --laco laco/laco.json', 'every table of a pruned model’s card']],
  async run({ tasks, profile, commonItems, into, ...given }, { out, err }) {
    if (into === undefined) throw new UsageError('no card given', 'Give --into README.md; it is created if it does not exist.')
    const compare = await parseCompareOptions({ tasks, profile, commonItems })
    const card = await writeCard({ ...compare, ...given, into })
    for (const line of card.runs.flatMap(sourceLines)) err(line)
    if (given.dryRun) {
      out(card.text)
      return
    }
    const { baseModel } = card
    if (baseModel === null) err('the card names no base_model: give --base-model OWNER/NAME')
    else if (!isHubId(baseModel)) err(`base_model ${baseModel} is not a repository of the hub: give --base-model OWNER/NAME`)
    err(`written: ${card.files.map(shownPath).join(', ')}`)
  },
})

const SCORING = 'With --run'
const { dataDir, limit, output } = runOptions.shape

const verifyOptions = z.object({
  card: positional({ description: 'README.md of a model' }),
  profile: text({ description: 'Words for retentions: card, default, or a YAML file (default: those of the card, else card)' }),
  config: text({
    description: 'config.json of the original or its folder, for its parameters (default: that of a known base_model, or the one beside the card)',
  }),
  originalRun: text({ description: 'Run of the original, to compare the scores with' }),
  variantRun: text({ description: 'Run of the card’s model' }),
  all: flag({ description: 'List the cells that are right too' }),
  json: flag({ description: 'Print the verdicts as JSON' }),
  run: flag({ description: 'Score both models now and compare' }),
  model: list({
    aliases: ['m'],
    group: SCORING,
    description:
      'Models to score: original=WHERE and variant=WHERE, or the name of one of several models of the card (default: base_model and the card’s folder)',
  }),
  dataDir,
  limit,
  output,
})

/** Exit code 1 if a figure is wrong. */
const verifyCommand = defineCommand({
  name: 'verify',
  description: 'Check every figure of a card',
  options: verifyOptions,
  examples: [
    ['card verify README.md', 'the checks that need no model'],
    ['card verify README.md --run -m original=./base -m variant=./laco', 'both models scored, and compared with the card'],
  ],
  epilogue: 'Exit codes: 0 nothing is wrong, 1 a cell or a finding is wrong, 2 the tool or its input failed.',
  endsItself: true,
  async run({ profile, run, model, dataDir, limit, output, all, json, ...given }, terminal) {
    const scores = scoringOf(terminal)
    const { isRight, reproduced, ...verdict } = await verifyCard({
      ...given,
      ...(profile !== undefined && { profile: await readProfile(profile) }),
      ...(run && { scoring: { model, dataDir, limit, output, onEvent: scores.onEvent, signal: terminal.signal } }),
    }).finally(scores.close)
    if (run) terminal.err(resultTable(scores.records, { columns: terminal.columns }))
    if (json) terminal.out(JSON.stringify({ ...verdict, reproduced }, null, 2))
    else terminal.show(cardVerdictTable(verdict, reproduced, { all, columns: terminal.columns }))
    return isRight ? 0 : 1
  },
})

/** The command. */
export const cardCommand: Command = {
  name: 'card',
  description: 'Write the tables of a model card, or verify one',
  subcommands: [writeCommand, verifyCommand],
}

/** Prints the progress of scoring and collects the stored runs. */
function scoringOf(terminal: Terminal) {
  const { onEvent, close } = runProgress(terminal)
  const records: RunRecord[] = []
  return {
    records,
    close,
    onEvent: (event: RunEvent) => {
      if (event.kind === 'run-stored') records.push(event.record)
      onEvent(event)
    },
  }
}
