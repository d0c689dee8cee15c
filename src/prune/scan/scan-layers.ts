/**
 * A layer scan from top to bottom: the model is scored as it is and without each layer or group, all models of shared layers at the same time; then Block
 * Influence is measured, and the record stored. `evalharness layers` is this over a terminal.
 */
import path from 'node:path'
import type { z } from 'zod'
import { compareRuns } from '../../compare/compare-runs.ts'
import { unlessAborted } from '../../errors.ts'
import { HARNESS_VERSION } from '../../io/package-folder.ts'
import { writeWhole } from '../../io/write-atomically.ts'
import { frequencySwitch } from '../../graph/blocks/rope.ts'
import { encoderOf } from '../../run/encoder-of.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import { parseStrictly } from '../../run/option-table.ts'
import { cacheFolderOf } from '../../run/parse-run-options.ts'
import type { OnEvent } from '../../run/run-events.ts'
import { sanitizedName } from '../../store/sanitized-name.ts'
import type { Task } from '../../task/define-task.ts'
import { blockInfluence, type Influences } from './block-influence.ts'
import type { LayerScan } from './layer-scan.ts'
import { openScanned, type ScannedModel } from './model-without.ts'
import { prepareScan, type PreparedScan } from './prepare-scan.ts'
import { samplePrompts } from './prompt-sample.ts'
import type { ScanEvent } from './scan-events.ts'
import { scanOptions, scoringOptionsOf, type ScanOptions } from './scan-options.ts'
import { planScanPasses, scanModels, type ScanModels } from './scan-passes.ts'
import { scanResults } from './scan-results.ts'
import { scoreModels, type ScoredModel } from './score-models.ts'

/** The options of `evalharness layers` in camelCase, and options for programs. */
export interface ScanLayersOptions extends z.input<typeof scanOptions> {
  /** Tasks made with `defineTask`, beside the built-in ones and those of `taskFile`. */
  readonly definedTasks?: readonly Task[]
  readonly onEvent?: OnEvent<ScanEvent>
  /** Ends the scan at once with AbortError; what was computed is in the response cache. */
  readonly signal?: AbortSignal
}

/** The record, and where it is. */
export interface StoredScan {
  readonly scan: LayerScan
  readonly file: string
}

/**
 * Scans a model and stores the record as `OUTPUT/MODEL/layers_TIME.json`. Fails with a HarnessError before anything is computed if the options or their
 * files are at fault, and with AbortError.
 */
export async function scanLayers({ definedTasks, onEvent = () => {}, signal, ...given }: ScanLayersOptions): Promise<StoredScan> {
  const options = parseStrictly(scanOptions, given)
  const scan = await runScan(options, { definedTasks, onEvent, signal })
  const file = path.join(options.output, sanitizedName(scan.model.label), `layers_${scan.startedAt.replaceAll(':', '-')}.json`)
  await writeWhole(file, [`${JSON.stringify(scan, null, 2)}\n`])
  return { scan, file }
}

/** What a scan has beside its options. */
export interface ScanWatch {
  readonly definedTasks?: readonly Task[] | undefined
  readonly onEvent: OnEvent<ScanEvent>
  readonly signal: AbortSignal | undefined
}

/** The same without storing the record. */
export async function runScan(options: ScanOptions, { definedTasks, onEvent, signal }: ScanWatch): Promise<LayerScan> {
  const startedAt = new Date()
  const beganAt = performance.now()
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  const prepared = await prepareScan(options, { purpose: 'scoring', definedTasks, onNotice, signal })
  const cache = cacheFolderOf(scoringOptionsOf(options))
  const evaluateOptions: EvaluateOptions = { ...prepared.evaluateOptions, ...(cache !== undefined && { cache }), ...(signal && { signal }) }
  const scanned = await unlessAborted(openScanned(prepared.model, onNotice, cache), signal)
  const models = scanModels(scanned, prepared.units)
  const planned = await planScanPasses(models, evaluateOptions, { isShared: options.sharedLayers, onNotice })
  onEvent({ kind: 'started', unitCount: prepared.units.length, passCount: planned.passes.length, layers: planned.layers })
  const scored = await scoreModels(planned, {
    loadedTasks: prepared.loadedTasks,
    options: evaluateOptions,
    onNotice,
    onShare: (doneShare) => onEvent({ kind: 'scored', doneShare }),
  })
  const influences = await measureInfluence(scanned, prepared, evaluateOptions, onEvent)
  return makeRecord({ options, prepared, scanned, models, scored, influences, startedAt, elapsedMs: performance.now() - beganAt })
}

/** Block Influence of the units on prompts of the tasks. Fails with a HarnessError, and with AbortError. */
export function measureInfluence(
  { checkpoint }: ScannedModel,
  { units, loadedTasks }: Pick<PreparedScan, 'units' | 'loadedTasks'>,
  options: EvaluateOptions,
  onEvent: OnEvent<ScanEvent>,
): Promise<Influences> {
  const { config, weights } = checkpoint
  const encoder = encoderOf(checkpoint, options)
  // Texts share passes, so the same frequencies must apply to all.
  const texts = samplePrompts(loadedTasks, encoder, { longest: Math.min(encoder.maxLength, frequencySwitch(config.rope)) })
  const onLayer = (layersDone: number) => onEvent({ kind: 'layer-run', layersDone, layerCount: config.layerCount })
  return blockInfluence(texts, { config, weights, units, threads: options.threads, signal: options.signal, onLayer })
}

interface ScanParts {
  readonly options: ScanOptions
  readonly prepared: PreparedScan
  readonly scanned: ScannedModel
  readonly models: ScanModels
  readonly scored: ReadonlyMap<string, ScoredModel>
  readonly influences: Influences
  readonly startedAt: Date
  readonly elapsedMs: number
}

function makeRecord({ options, prepared, scanned, models, scored, influences, startedAt, elapsedMs }: ScanParts): LayerScan {
  const { model, units } = prepared
  const { architecture, config } = scanned.checkpoint
  const runs = [models.original, ...models.without].map(({ label }) => scored.get(label)!.run)
  const comparison = compareRuns(runs[0]!, runs.slice(1))
  const total = (count: (work: ScoredModel['work']) => number | null) =>
    [...scored.values()].reduce<number | null>((sum, { work }) => (sum === null || count(work) === null ? null : sum + count(work)!), 0)
  return {
    kind: 'layer-scan',
    evalharness: HARNESS_VERSION,
    startedAt: startedAt.toISOString(),
    elapsedMs,
    model: {
      label: model.label,
      source: model.source,
      revision: model.revision,
      architecture,
      weightsHash: runs[0]!.model.weightsHash,
      layerCount: config.layerCount,
    },
    settings: { group: options.group, limit: options.limit ?? null, maxLength: options.maxLength ?? config.maxPositions },
    ...scanResults({ comparison, units, influences: influences.values }),
    influenceTokens: influences.tokenCount,
    work: {
      layerPassesAsked: total(({ layerPassesAsked }) => layerPassesAsked),
      layerPassesDistinct: total(({ layerPassesDistinct }) => layerPassesDistinct),
      layerPassesComputed: total(({ layerPassesComputed }) => layerPassesComputed),
    },
    notes: [...comparison.notes],
  }
}
