/** Prints a task with a rendered prompt. */
import { HarnessError } from '../errors.ts'
import type { DataFiles } from '../run/data-files.ts'
import { loadTask } from '../run/load-task.ts'
import type { Task } from '../task/define-task.ts'
import { isSchema, type Item } from '../task/request.ts'
import { describeTask, type TaskDescription } from './task-description.ts'
import type { Terminal } from './terminal.ts'

/** Where the rows are, and how to print. */
interface ShowOptions {
  readonly dataDir?: string | undefined
  readonly dataFiles: DataFiles
  readonly json: boolean
}

/** Prints the task with its first prompt; says why if its rows cannot be read. */
export async function showTask(task: Task, { json, ...rows }: ShowOptions, { out, err }: Terminal): Promise<void> {
  const description = describeTask(task)
  const first = await firstItem(task, rows, err).catch((error: unknown) => {
    if (!(error instanceof HarnessError)) throw error
    err(`no prompt can be shown: ${error.message}\n  ${error.hint}`)
    return undefined
  })
  if (json) {
    out(JSON.stringify({ ...description, firstItem: first ?? null }, null, 2))
    return
  }
  for (const line of [...descriptionLines(description), ...(first ? ['', ...promptLines(first)] : [])]) out(line)
}

function descriptionLines({ name, version, summary, source, split, shots, metrics, subsets, groups }: TaskDescription): string[] {
  const grouped = new Set(Object.values(groups).flat())
  const others = subsets.filter((subset) => !grouped.has(subset))
  return [
    `${name}, version ${version}${summary === '' ? '' : `: ${summary}`}`,
    `source   ${source}, split ${split}`,
    `shots    ${shots}`,
    `metrics  ${metrics.join(', ')}`,
    ...Object.entries(groups).map(([group, members]) => `group    ${group} (${members.length}): ${members.join(', ')}`),
    ...(others.length > 0 ? [`subsets  ${others.length}: ${others.join(', ')}`] : []),
  ]
}

function promptLines(item: Item): string[] {
  if (item.kind === 'rolling' || item.kind === 'corpus') return [item.requests[0].text]
  if (item.kind === 'text') return [item.requests[0].context, `✓ → ${JSON.stringify(item.requests[0].continuation)}`]
  const { requests, choices, gold } = item
  const mark = (index: number) => (gold.includes(index) ? '✓' : ' ')
  const asked = requests.slice(0, choices.length)
  if (isSchema(asked)) return asked.map(({ context, continuation }, index) => `${mark(index)} ${context} → ${JSON.stringify(continuation)}`)
  return [asked[0]!.context, ...asked.map(({ continuation }, index) => `${mark(index)} → ${JSON.stringify(continuation)}`)]
}

/** Rows of a corpus, of which single ones may be empty. */
const CORPUS_ROWS = 20

/** Only the first subset is read. */
async function firstItem(task: Task, { dataDir, dataFiles }: Omit<ShowOptions, 'json'>, onNotice: Terminal['err']): Promise<Item> {
  const one = task.subsets ? { ...task, subsets: { names: task.subsets.names.slice(0, 1), groups: {} } } : task
  const limit = task.kind === 'corpus' ? CORPUS_ROWS : 1
  const loaded = await loadTask(one, { limit, dataFiles, ...(dataDir !== undefined && { dataDir }) })
  for (const notice of loaded.notices) onNotice(notice)
  return loaded.parts[0]!.items[0]!
}
