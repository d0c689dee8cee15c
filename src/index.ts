/**
 * The public API: what the commands do, as functions; docs/api.md has complete programs. Options are those of the command line
 * in camelCase, progress arrives as events, an AbortSignal cancels, and what a user can act on is a HarnessError.
 */

// Scoring models.
export { runModels } from './run/run-models.ts'
export type { RunModelsOptions, RunResult, StoredResult } from './run/run-models.ts'
export { planRun } from './run/plan-run.ts'
export type { RunPlan, TaskPlan, TaskPrompts } from './run/plan-run.ts'
export type { EvaluationEvent, RunEvent } from './run/run-events.ts'
export type { ModelOutline } from './run/model-outline.ts'
export type { RunRecord, TaskRecord } from './store/run-record.ts'
export type { TaskWork } from './store/work-record.ts'

// Comparing stored runs.
export { readRun } from './card/read/read-run.ts'
export { compareRuns } from './compare/compare-runs.ts'
export type { ComparedRuns, CompareOptions } from './compare/compare-runs.ts'
export type { Comparison } from './compare/comparison.ts'
export { PROFILES } from './compare/status.ts'
export type { StatusProfile } from './compare/status.ts'
export { resultTable } from './report/terminal/result-table.ts'
export { retentionTable } from './report/terminal/retention-table.ts'
export type { StoredRun } from './store/stored-run.ts'

// The gate.
export { judge } from './gate/judge.ts'
export type { JudgeOptions } from './gate/judge.ts'
export { judgeModel } from './gate/sequential/judge-model.ts'
export type { JudgeModelOptions } from './gate/sequential/judge-model.ts'
export type { GateEvent } from './gate/sequential/gate-events.ts'
export type { DrawingRecord } from './gate/sequential/drawing-record.ts'
export type { Judgement, JudgedRule, RuleVerdict } from './gate/judge-comparison.ts'
export type { GateOutcome } from './gate/outcome.ts'

// Model cards.
export { writeCard } from './card/write/write-card.ts'
export type { WriteCardOptions, WrittenCard } from './card/write/write-card.ts'
export { verifyCard } from './card/verify/verify-card.ts'
export type { CardScoring, VerifiedCard, VerifyCardOptions } from './card/verify/verify-card.ts'

// Pruning.
export { planPrune, prune } from './prune/prune.ts'
export type { PruneEvent, PruneOptions, PrunePlan } from './prune/prune.ts'
export type { PruningRecord } from './prune/pruning-record.ts'
export { layerMap } from './prune/layer-map.ts'
export type { LayerMapEvent, LayerMapOptions } from './prune/layer-map.ts'
export type { LayerMap } from './prune/map-layers.ts'

// What each layer is worth.
export { scanLayers } from './prune/scan/scan-layers.ts'
export type { ScanLayersOptions, StoredScan } from './prune/scan/scan-layers.ts'
export { planLayerScan } from './prune/scan/plan-scan.ts'
export type { ScanPlan, TaskScanPlan } from './prune/scan/plan-scan.ts'
export type { ScanEvent } from './prune/scan/scan-events.ts'
export type { LayerScan } from './prune/scan/layer-scan.ts'
export { scanPage } from './report/scan/scan-page.ts'

// Errors.
export { AbortError, HarnessError } from './errors.ts'

// Defining tasks.
export { defineTask } from './task/define-task.ts'
export type {
  Benchmark,
  ChoiceFields,
  ChoiceTask,
  CorpusFields,
  CorpusTask,
  DatasetSource,
  FolderSource,
  Gold,
  HubSource,
  RollingFields,
  RollingTask,
  SchemaFields,
  SchemaTask,
  Subsets,
  Task,
  TextFields,
  TextTask,
} from './task/define-task.ts'
export type { ExampleForm, FewShotSamples, FewShotSettings, FewShotSplit } from './task/few-shot-settings.ts'
export type { ChoiceMetricName, MetricName, RollingMetricName, TextMetricName } from './metrics/registry.ts'
export { capitalize, strip } from './text/python-text.ts'
export { z } from 'zod'
