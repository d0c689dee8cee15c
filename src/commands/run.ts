/** `evalharness run`: scores models on tasks, prints the table, stores the runs. */
import { z } from 'zod'
import { compareRuns, type ComparedRuns } from '../compare/compare-runs.ts'
import { AbortError, CompareError, EngineError, UsageError } from '../errors.ts'
import { runReport } from '../report/run-report.ts'
import { flag } from '../run/option-table.ts'
import { planRun } from '../run/plan-run.ts'
import { runModels, type RunResult } from '../run/run-models.ts'
import { runOptions } from '../run/run-options.ts'
import { defineCommand } from './command.ts'
import { INTERRUPTED } from '../exit-codes.ts'
import { formatOf, formatOptions, planFormatOf, printReport } from './format-options.ts'
import { planText } from './plan-text.ts'
import { readRuns } from '../card/read/read-run.ts'
import { runProgress } from './run-progress.ts'
import type { Terminal } from './terminal.ts'

const SHOWN = 'What to print'

const options = z.object({
  ...runOptions.shape,
  subsets: flag({ group: SHOWN, description: 'List subsets (MMLU’s subjects) in the table' }),
  dryRun: flag({ group: SHOWN, description: 'Show prompts, sizes and amount of work; score nothing, write nothing' }),
  ...formatOptions({ group: SHOWN }).shape,
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
    ['run -m original=./model -m pruned=./pruned -t piqa --format csv > scores.csv', 'scores and retention for a spreadsheet'],
    ['run -m ./model -t mmlu --num-fewshot 0 --dry-run', 'the prompts, without scoring'],
    ['run -m ./model --include-path ./lm-evaluation-harness/lm_eval/tasks -t swag', 'a task of lm-eval’s YAML files'],
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

async function plan({ format, json, subsets: _subsets, dryRun: _dryRun, ...given }: RunCommandOptions, terminal: Terminal): Promise<number> {
  const name = planFormatOf({ format, json })
  const { onEvent } = runProgress(terminal)
  const runPlan = await planRun({ ...given, onEvent, signal: terminal.signal })
  terminal.out(name === 'json' ? JSON.stringify(runPlan, null, 2) : planText(runPlan))
  if (given.model.length === 0) terminal.err('give --model to see the amount of work: tokens are counted with its tokenizer')
  return 0
}

async function score({ format, json, subsets, dryRun: _dryRun, ...given }: RunCommandOptions, terminal: Terminal): Promise<number> {
  const name = formatOf({ format, json })
  if (name === 'json' && given.model.length > 1) checkNames(given.model)
  const { onEvent, close } = runProgress(terminal)
  const result = await runModels({ ...given, onEvent, signal: terminal.signal }).finally(close)
  const { runs, isComplete, canResume } = result
  const records = runs.map(({ record }) => record)
  printReport(name, runReport({ records, compared: await comparisonOf(result, subsets, terminal), withSubsets: subsets }), terminal)
  const failure = records.find((record) => record.failure)?.failure
  if (failure) throw new EngineError(failure.message, failure.hint)
  if (canResume) terminal.err(`to continue, run the same command again, or: evalharness run --resume ${given.resume ?? given.output}`)
  return isComplete && !terminal.signal.aborted ? 0 : INTERRUPTED
}

/** Fails with UsageError on a model whose results would have the comparison's key in JSON. */
function checkNames(models: readonly string[]): void {
  if (models.some((model) => model.startsWith('comparison=')))
    throw new UsageError('a model is called "comparison", which is the key of the comparison in JSON', 'Give it another name: --model NAME=…')
}

/** The first model compared with the others, from the stored runs; null for one model, and if they have nothing in common. */
async function comparisonOf({ runs }: RunResult, subsets: boolean, { err }: Terminal): Promise<ComparedRuns | null> {
  if (runs.length < 2) return null
  const [original, ...variants] = await readRuns(runs.map(({ resultsFile }) => resultsFile))
  try {
    // An interrupted run has fewer items than the one before it.
    return compareRuns(original!, variants, { subsets, commonItems: true })
  } catch (error) {
    // The results are stored; one that was cut early may have no task of the others.
    if (!(error instanceof CompareError)) throw error
    err(`not compared: ${error.message}`)
    return null
  }
}
