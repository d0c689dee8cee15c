/** `evalharness layers MODEL`: what each layer of a model is worth, task by task. */
import { z } from 'zod'
import { AbortError } from '../errors.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { planLayerScan } from '../prune/scan/plan-scan.ts'
import { scanLayers } from '../prune/scan/scan-layers.ts'
import { scanOptions } from '../prune/scan/scan-options.ts'
import { scanPage } from '../report/scan/scan-page.ts'
import { scanReport } from '../report/scan/scan-report.ts'
import { flag } from '../run/option-table.ts'
import { defineCommand } from './command.ts'
import { INTERRUPTED } from '../exit-codes.ts'
import { formatOf, formatOptions, planFormatOf, printReport } from './format-options.ts'
import { scanPlanText } from './scan-plan-text.ts'
import { scanProgress } from './scan-progress.ts'
import type { Terminal } from './terminal.ts'

const SHOWN = 'What to print'

const options = z.object({
  ...scanOptions.shape,
  dryRun: flag({ group: SHOWN, description: 'Show the models and the amount of work; score nothing, write nothing' }),
  ...formatOptions({ group: SHOWN }).shape,
})
type LayersOptions = z.output<typeof options>

/** The command; exit code 130 after a cancelled scan. */
export const layersCommand = defineCommand({
  name: 'layers',
  description: 'Show what each layer of a model is worth: what is lost without it',
  options,
  examples: [
    ['layers ./SmolLM2-135M -t piqa,hellaswag --limit 200', 'each layer left out in turn'],
    ['layers ./SmolLM2-135M -t mmlu --group 3 --dry-run', 'three adjacent layers at a time: how much work that is'],
    ['layers Qwen/Qwen3-8B-Base -t mmlu,piqa --layers 17-26 --group 10', 'one group of layers, on two tasks'],
  ],
  endsItself: true,
  async run(given, terminal) {
    try {
      await (given.dryRun ? plan(given, terminal) : scan(given, terminal))
      return 0
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      terminal.err(
        given.cache === false
          ? 'interrupted; no responses are cached, because --no-cache was given'
          : 'interrupted; what was computed is in the response cache: run the same command again to continue',
      )
      return INTERRUPTED
    }
  },
})

async function plan({ format, json, dryRun: _dryRun, ...given }: LayersOptions, terminal: Terminal): Promise<void> {
  const name = planFormatOf({ format, json })
  const scanPlan = await planLayerScan({ ...given, onEvent: scanProgress(terminal).onEvent, signal: terminal.signal })
  terminal.out(name === 'json' ? JSON.stringify(scanPlan, null, 2) : scanPlanText(scanPlan))
}

async function scan({ format, json, dryRun: _dryRun, ...given }: LayersOptions, terminal: Terminal): Promise<void> {
  const name = formatOf({ format, json })
  const { onEvent, close } = scanProgress(terminal)
  const { scan: record, file } = await scanLayers({ ...given, onEvent, signal: terminal.signal }).finally(close)
  const page = file.replace(/\.json$/u, '.html')
  await writeWhole(page, [scanPage(record)])
  printReport(name, scanReport(record), terminal)
  terminal.err(`stored in ${file}; the heat map is in ${page}`)
}
