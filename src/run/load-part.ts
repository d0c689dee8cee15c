/** Loads one part of a task: the whole task, or one of its subsets. */
import type { DataOrigin, Dataset, HubRows } from '../data/dataset.ts'
import { openDataset } from '../data/open-dataset.ts'
import { DatasetError } from '../errors.ts'
import { fewShotSplit, isPrompted, type CorpusTask, type RollingTask, type Task } from '../task/define-task.ts'
import { corpusItem } from '../task/render/corpus.ts'
import { rollingItem } from '../task/render/item.ts'
import { itemTaskName, type RowSource, type TaskRow } from '../task/render/row-source.ts'
import type { Item } from '../task/request.ts'
import { readChosenRows } from './choose-rows.ts'
import { dataFileOf } from './data-files.ts'
import type { LoadedTaskPart, LoadTaskOptions } from './loaded-task.ts'
import { renderQuestions, type RenderedRows } from './render-questions.ts'
import { sourceName } from './source-name.ts'

/** A part, and what its rows show. */
export interface LoadedPart extends Omit<RenderedRows, 'items'> {
  readonly part: LoadedTaskPart
}

/** Reads and renders one part. Fails with DatasetError on missing, malformed or no rows. */
export async function loadPart(task: Task, subset: string, shotCount: number, options: LoadTaskOptions): Promise<LoadedPart> {
  const name = itemTaskName(task, subset)
  const fileOf = (split: string) => dataFileOf(task, subset, split, options.dataFiles, options.dataDir)
  const open = (split: string, dataFile: string | undefined, isForShots = false) => openSplit(task, subset, split, { ...options, dataFile, isForShots })
  const shotsSplit = shotCount > 0 ? fewShotSplit(task) : undefined
  const shotsDataset = shotsSplit === undefined ? undefined : await open(shotsSplit, await fileOf(shotsSplit), true)
  const dataFile = await fileOf(task.dataset.split)
  const dataset = await open(task.dataset.split, dataFile)
  if (shotsDataset) refuseSameRows({ name, split: task.dataset.split, origin: dataset.origin }, { split: shotsSplit!, origin: shotsDataset.origin })
  const { rows, chosen, rowCount } = await readChosenRows(task, name, dataset, options)
  if (chosen.length === 0) throw new DatasetError(`${sourceName(dataset)} gives no rows for task ${name}`, 'Check the file, --limit and --samples.')
  const rendered = isPrompted(task)
    ? await renderQuestions(task, subset, { shotCount, ...options }, { dataset, shotsDataset, rows, chosen })
    : { items: textItems(task, { subset, source: sourceName(dataset) }, chosen), questions: [], instructions: [], others: () => [], notices: [] }
  const { items, ...rest } = rendered
  const hubRows = dataFile === undefined ? hubRowsOf(task, subset) : undefined
  const part = {
    name,
    subset,
    items,
    ...(rowCount !== undefined && { rowCount }),
    origin: dataset.origin,
    ...(shotsDataset && { shotsOrigin: shotsDataset.origin }),
    ...(hubRows && { hubRows }),
  }
  return { part, ...rest }
}

/** The rows of `dataFile`, below `dataDir`, or on the hub. */
function openSplit(
  task: Task,
  subset: string,
  split: string,
  { dataDir, dataFile, isForShots }: Pick<LoadTaskOptions, 'dataDir'> & { readonly dataFile: string | undefined; readonly isForShots: boolean },
): Promise<Dataset> {
  return openDataset({
    taskName: task.name,
    dataset: task.dataset,
    split,
    ...(isForShots && { isForShots }),
    ...(subset !== '' && { config: subset, isSubset: true }),
    ...(dataDir !== undefined && { dataDir }),
    ...(dataFile !== undefined && { dataFile }),
  })
}

function textItems(task: RollingTask | CorpusTask, source: Omit<RowSource, 'task'>, chosen: readonly TaskRow[]): readonly Item[] {
  return task.kind === 'corpus' ? [corpusItem({ task, ...source }, chosen)] : chosen.map((row) => rollingItem({ task, ...source }, row))
}

function hubRowsOf({ dataset }: Task, subset: string): HubRows | undefined {
  return 'repo' in dataset ? { repo: dataset.repo, config: subset === '' ? (dataset.config ?? null) : subset, split: dataset.split } : undefined
}

interface OpenedSplit {
  readonly split: string
  readonly origin: DataOrigin
}

/** Fails with DatasetError if both splits have the same content: few-shot examples and scored rows were mixed up. Partly equal splits are handled item by item. */
function refuseSameRows(scored: OpenedSplit & { readonly name: string }, shots: OpenedSplit): void {
  const [from, of] = [shots.origin, scored.origin]
  if (shots.split === scored.split || from.kind !== 'file' || of.kind !== 'file' || from.sha256 !== of.sha256) return
  const files = from.path === of.path ? `are both ${of.path}` : `have the same contents: ${from.path} and ${of.path}`
  throw new DatasetError(
    `task ${scored.name}: the few-shot split ${shots.split} and the scored split ${scored.split} ${files}`,
    `Give other rows for one of them (--data ${scored.name}:${shots.split}=FILE), or score without examples: --num-fewshot 0.`,
  )
}
