/** `evalharness run`: scores models on tasks, prints the table, stores the runs. */
import { z } from 'zod'
import { compareRuns } from '../compare/compare-runs.ts'
import { AbortError, CompareError, EngineError } from '../errors.ts'
import { resultTable } from '../report/terminal/result-table.ts'
import { retentionTable } from '../report/terminal/retention-table.ts'
import { flag } from '../run/option-table.ts'
import { planRun } from '../run/plan-run.ts'
import { runModels, type RunResult } from '../run/run-models.ts'
import { runOptions } from '../run/run-options.ts'
import { toResultsFile } from '../store/to-results-file.ts'
import { defineCommand } from './command.ts'
import { INTERRUPTED } from './exit-codes.ts'
import { planText } from './plan-text.ts'
import { readRuns } from '../card/read/read-run.ts'
import { runProgress } from './run-progress.ts'
import type { Terminal } from './terminal.ts'

const SHOWN = 'What to print'

const options = z.object({
  ...runOptions.shape,
  subsets: flag({ group: SHOWN, description: 'List subsets (MMLU’s subjects) in the table' }),
  dryRun: flag({ group: SHOWN, description: 'Show prompts, sizes and amount of work; score nothing, write nothing' }),
  json: flag({ group: SHOWN, description: 'Print the results as JSON' }),
})
type RunCommandOptions = z.output<typeof options>

/** The command; exit code 130 after a cancelled run, 2 if items have no score. */
export const runCommand = defineCommand({
  name: 'run',
  description: 'Score models on tasks, print the table, store the runs',
  options,
  examples: [
    ['run --model original=./SmolLM2-135M --tasks piqa,boolq --limit 100', 'the first 100 rows of two tasks'],
    ['run -m original=Qwen/Qwen3-8B-Base -m pruned=./laco -t mmlu', 'two models side by side'],
    ['run -m original=./model -m nf4=./model,quantize=nf4 -m tuned=./model,adapter=./lora -t piqa', 'what quantizing costs, and what an adapter gains'],
    ['run -m ./model -t mmlu --num-fewshot 0 --dry-run', 'the prompts, without scoring'],
    ['run -m big=http://gpu1:8000/v1,http://gpu2:8000/v1,tokenizer=Qwen/Qwen3-32B -t mmlu', 'a model on two servers'],
  ],
  endsItself: true,
  async run(given, terminal) {
    try {
      return await (given.dryRun ? plan(given, terminal) : score(given, terminal))
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      terminal.err('interrupted before anything was scored; nothing was written')
      return INTERRUPTED
    }
  },
})

async function plan({ json, subsets: _subsets, dryRun: _dryRun, ...given }: RunCommandOptions, terminal: Terminal): Promise<number> {
  const { onEvent } = runProgress(terminal)
  const runPlan = await planRun({ ...given, onEvent, signal: terminal.signal })
  terminal.out(json ? JSON.stringify(runPlan, null, 2) : planText(runPlan))
  if (given.model.length === 0) terminal.err('give --model to see the amount of work: tokens are counted with its tokenizer')
  return 0
}

async function score({ json, subsets, dryRun: _dryRun, ...given }: RunCommandOptions, terminal: Terminal): Promise<number> {
  const { onEvent, close } = runProgress(terminal)
  const result = await runModels({ ...given, onEvent, signal: terminal.signal }).finally(close)
  const { runs, isComplete, canResume } = result
  const records = runs.map(({ record }) => record)
  if (json) terminal.out(JSON.stringify(Object.fromEntries(records.map((record) => [record.model.label, toResultsFile(record)])), null, 2))
  else {
    terminal.out(resultTable(records, { withSubsets: subsets, columns: terminal.columns ?? Infinity }))
    if (runs.length > 1) await printRetention(result, subsets, terminal)
  }
  const failure = records.find((record) => record.failure)?.failure
  if (failure) throw new EngineError(failure.message, failure.hint)
  if (canResume) terminal.err(`to continue, run the same command again, or: evalharness run --resume ${given.resume ?? given.output}`)
  return isComplete && !terminal.signal.aborted ? 0 : INTERRUPTED
}

/** Compares the first model with the others, from the stored runs. */
async function printRetention({ runs }: RunResult, subsets: boolean, { out, err, columns }: Terminal): Promise<void> {
  const [original, ...variants] = await readRuns(runs.map(({ resultsFile }) => resultsFile))
  try {
    // An interrupted run has fewer items than the one before it.
    out(retentionTable(compareRuns(original!, variants, { subsets, commonItems: true }), columns))
  } catch (error) {
    // The results are stored; one that was cut early may have no task of the others.
    if (!(error instanceof CompareError)) throw error
    err(`not compared: ${error.message}`)
  }
}
