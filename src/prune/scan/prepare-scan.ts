/** Prepares a layer scan: tasks and model are found and checked, and the model without each unit is described. */
import { UsageError } from '../../errors.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { prepareRun, type Preparation } from '../../run/prepare-run.ts'
import { parseLayers } from '../parse-layers.ts'
import { scoringOptionsOf, type ScanOptions } from './scan-options.ts'
import { scanUnits, type ScanUnit } from './scan-units.ts'

/** A scan whose model is not opened yet. */
export interface PreparedScan {
  readonly model: ModelSource
  readonly units: readonly ScanUnit[]
  readonly loadedTasks: readonly LoadedTask[]
  readonly evaluateOptions: EvaluateOptions
}

/** Fails with a HarnessError, and with AbortError. */
export async function prepareScan(options: ScanOptions, preparation: Preparation): Promise<PreparedScan> {
  const layers = layersToScan(options)
  const { models, tasksOf, evaluateOptions } = await prepareRun(scoringOptionsOf(options), preparation)
  const model = models[0]!
  if (model.served) throw new UsageError('a model on a server has no layers here', 'Give a FOLDER, or OWNER/REPO from the hub.')
  const [setting] = Object.keys(model.settings ?? {})
  if (setting !== undefined)
    throw new UsageError(
      `${options.model} gives ${setting}, but a scan reads weights as they are stored`,
      'Leave the setting out; `evalharness run` and `evalharness gate --model` take it.',
    )
  const { layerCount } = model.inspected!.configFile.config
  return { model, units: scanUnits(layerCount, { layers, group: options.group }), loadedTasks: tasksOf(model), evaluateOptions }
}

/** The layers of the options; undefined for all. */
export function layersToScan({ layers }: Pick<ScanOptions, 'layers'>): ReadonlySet<number> | undefined {
  return typeof layers === 'string' ? parseLayers(layers) : layers && new Set(layers)
}
