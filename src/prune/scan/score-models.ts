/** Scores the models of a layer scan, as `run` does, without storing their runs. */
import { AbortError, EngineError } from '../../errors.ts'
import { evaluateModel } from '../../run/evaluate-model.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { scoreTogether } from '../../run/one-pass/score-together.ts'
import { requestsOf } from '../../run/task-requests.ts'
import { storedRunOf } from '../../store/stored-run-of.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { WorkRecord } from '../../store/work-record.ts'
import type { ScanPasses } from './scan-passes.ts'

/** A model's results. */
export interface ScoredModel {
  readonly run: StoredRun
  readonly work: WorkRecord
}

/** What is scored, and who receives its events. */
export interface ScoringScan {
  readonly loadedTasks: readonly LoadedTask[]
  readonly options: EvaluateOptions
  readonly onNotice: (notice: string) => void
  /** The share of all work that is done, 0 to 1. */
  readonly onShare: (doneShare: number) => void
}

/** The results of each model by its label. Fails with EngineError if a model has no scores, and with AbortError; responses until then are cached. */
export async function scoreModels({ passes, layersOf }: ScanPasses, scan: ScoringScan): Promise<ReadonlyMap<string, ScoredModel>> {
  const { loadedTasks, options, onNotice, onShare } = scan
  const shared = { ...options, encodings: new Map() }
  const said = new Set<string>()
  const sayOnce = (notice: string) => {
    if (!said.has(notice)) onNotice(notice)
    said.add(notice)
  }
  const meter = shareMeter(layersOf, loadedTasks)
  const results = new Map<string, ScoredModel>()
  for (const pass of passes) {
    const score = async (model: ModelSource, joined: Pick<EvaluateOptions, 'joinPass'>) => {
      const record = await evaluateModel(model, loadedTasks, {
        ...shared,
        ...joined,
        onEvent(event) {
          if (event.kind === 'notice') sayOnce(event.message)
          if (event.kind === 'batch-scored') onShare(meter(model.label, event.task, event.doneShare))
        },
      })
      if (options.signal?.aborted) throw new AbortError()
      if (record.failure) throw new EngineError(`${model.label}: ${record.failure.message}`, record.failure.hint)
      results.set(model.label, { run: withoutTexts(await storedRunOf(record)), work: record.work })
    }
    await scoreTogether(pass, shared, score, sayOnce)
  }
  return results
}

/** Adds up shares, weighted by requests and by the layers that are computed for a model. */
function shareMeter(layersOf: ReadonlyMap<string, number>, loadedTasks: readonly LoadedTask[]) {
  const requests = new Map(loadedTasks.map((loaded) => [loaded.task.name, requestsOf(loaded).length]))
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
  const total = sum(layersOf.values()) * sum(requests.values())
  const done = new Map<string, number>()
  return (label: string, task: string, share: number): number => {
    done.set(JSON.stringify([label, task]), share * layersOf.get(label)! * requests.get(task)!)
    return sum(done.values()) / total
  }
}

/** Prompts would be held once a model; only the original's are needed, to count what guessing scores. */
function withoutTexts(run: StoredRun): StoredRun {
  const shorter = (items: StoredRun['tasks'][number]['items']) =>
    items && items.map((item) => ({ ...item, requests: item.requests.map((request) => ({ ...request, context: '' })) }))
  return { ...run, tasks: run.tasks.map((task) => ({ ...task, items: shorter(task.items) })) }
}
