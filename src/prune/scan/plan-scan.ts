/** A dry run of a layer scan: the models, the passes that compute them and the amount of work, without weights. */
import { fitsTogether, gpusFor, placementOf, type PlacementOptions } from '../../engine/joint/placement.ts'
import type { MemoryNeed } from '../../engine/onnx/batch-budget.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { unlessAborted, UsageError } from '../../errors.ts'
import { expectedTensors } from '../../model/weights/expected-tensors.ts'
import { parseLayerTensor } from '../../model/families/tensor-names.ts'
import { weightSettings } from '../../model/runnable/weight-settings.ts'
import { countLayers, groupByTrunk, layerTrie } from '../../plan/layer-trie.ts'
import { encodeAhead } from '../../run/encode-ahead.ts'
import { fittingGroups, type SizedModel } from '../../run/one-pass/fitting-groups.ts'
import { openPlanner } from '../../run/open-planner.ts'
import { parseStrictly } from '../../run/option-table.ts'
import { inChunks, requestsOf } from '../../run/task-requests.ts'
import { prepareScan } from './prepare-scan.ts'
import type { ScanLayersOptions } from './scan-layers.ts'
import { scanOptions } from './scan-options.ts'
import type { ScanUnit } from './scan-units.ts'

/** The plan of a scan. */
export interface ScanPlan {
  readonly model: string
  readonly layerCount: number
  readonly units: readonly ScanUnit[]
  /** Models of each pass; the original is in the first. */
  readonly passes: readonly number[]
  /** Layers of all models: each by itself, shared ones once, and as they are computed in the passes. */
  readonly layers: { readonly asked: number; readonly distinct: number; readonly computed: number }
  readonly tasks: readonly TaskScanPlan[]
}

/** The work of one task for all models; layer passes are layers × tokens. */
export interface TaskScanPlan {
  readonly task: string
  readonly requests: number
  readonly tokensAsked: number
  readonly tokensDistinct: number
  readonly layerPassesAsked: number
  readonly layerPassesDistinct: number
  readonly layerPassesComputed: number
}

/** Plans a scan; config.json and tokenizer are enough. Fails as `scanLayers` does. */
export async function planLayerScan({ definedTasks, onEvent = () => {}, signal, ...given }: ScanLayersOptions): Promise<ScanPlan> {
  const options = parseStrictly(scanOptions, given)
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  const { model, units, loadedTasks, evaluateOptions } = await prepareScan(options, { purpose: 'planning', definedTasks, onNotice, signal })
  const { config } = model.inspected!.configFile
  const planner = await unlessAborted(openPlanner(model, evaluateOptions), signal)
  if (!planner) throw new UsageError(`no tokenizer.json in ${model.folder}: the amount of work is counted in its tokens`, 'Give a folder with a tokenizer.')
  const models = outlines(config, units)
  const passes = options.sharedLayers ? await passesOf(models, evaluateOptions) : models.map((_, index) => [index])
  const countOf = (indices: readonly number[]) => countLayers(layerTrie(indices.map((index) => models[index]!.identity)))
  const { asked, distinct } = countOf(models.map((_, index) => index))
  const computed = passes.reduce((sum, pass) => sum + countOf(pass).distinct, 0)
  const encoded = encodeAhead(loadedTasks.map(inChunks), planner.encoder, signal)
  const tasks: TaskScanPlan[] = []
  for (const [index, loaded] of loadedTasks.entries()) {
    const { chunks, totals } = encoded[index]!
    let tokensComputed = 0
    for (const chunk of chunks) tokensComputed += planner.planWork((await chunk.encoded).sequences).tokensComputed
    const { tokensAsked, tokensDistinct } = await totals
    tasks.push({
      task: loaded.task.name,
      requests: requestsOf(loaded).length,
      tokensAsked,
      tokensDistinct,
      layerPassesAsked: tokensAsked * asked,
      layerPassesDistinct: tokensDistinct * distinct,
      layerPassesComputed: tokensComputed * computed,
    })
  }
  return { model: model.label, layerCount: config.layerCount, units, passes: passes.map((pass) => pass.length), layers: { asked, distinct, computed }, tasks }
}

/** As planPasses does it: models that share their first layer, as many as fit. Weights are taken for f32, since nothing says more before they are there. */
async function passesOf(models: readonly SizedModel[], options: PlacementOptions): Promise<number[][]> {
  const placement = placementOf({ isQuantized: false, storedDtype: 'float32' }, options, await gpusFor(options))
  const fits = (need: MemoryNeed) => placement !== undefined && fitsTogether(need, placement, options)
  return groupByTrunk(models.map(({ identity }) => identity)).flatMap((group) => fittingGroups(models, fits, group))
}

/** The original and the model without each unit, in the order of planScanPasses; layers of equal numbers are equal. */
function outlines(config: ModelConfig, units: readonly ScanUnit[]): SizedModel[] {
  const whole = Array.from({ length: config.layerCount }, (_, layer) => String(layer))
  const { tensorNames } = config
  const outside = new Map(expectedTensors(config).flatMap(({ name }) => (parseLayerTensor(tensorNames, name) ? [] : [[name, name] as const])))
  const kept = ({ first, last }: ScanUnit) => whole.filter((_, layer) => layer < first || layer > last)
  return [whole, ...units.toReversed().map(kept)].map((layers) => ({
    config: { ...config, layerCount: layers.length, windows: layers.map((layer) => config.windows[Number(layer)]!) },
    weightSettings: weightSettings(undefined),
    identity: { embeddings: '', layers, outside },
  }))
}
