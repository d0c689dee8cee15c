/** `evalharness tasks`: lists the tasks; `tasks NAME` shows one with a rendered prompt. */
import Table from 'cli-table3'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { loadTask } from '../run/load-task.ts'
import type { Task } from '../task/define-task.ts'
import { loadTasks, selectTasks } from '../task/registry.ts'
import { flag, optionalPositional, text } from '../run/option-table.ts'
import { runOptions } from '../run/run-options.ts'
import { defineCommand } from './command.ts'
import type { Terminal } from './terminal.ts'

const options = z.object({
  name: optionalPositional({ description: 'Task to show' }),
  taskFile: runOptions.shape.taskFile,
  dataDir: text({ description: 'Folder of local datasets, for the prompt (default: the hub)' }),
  json: flag({ description: 'Print as JSON' }),
})

/** The command. */
export const tasksCommand = defineCommand({
  name: 'tasks',
  description: 'List the tasks, or show one with a rendered prompt',
  options,
  examples: [['tasks piqa', 'source, metrics and a prompt']],
  async run({ name, taskFile, ...given }, terminal) {
    const tasks = await loadTasks(taskFile)
    if (name === undefined) list([...tasks.values()], given.json, terminal)
    else await show(selectTasks(tasks, [name])[0]!, given, terminal)
  },
})

function list(tasks: readonly Task[], json: boolean, { out }: Terminal): void {
  const described = tasks.map((task) => ({
    name: task.name,
    shots: shotCount(task),
    metrics: task.metrics,
    source: sourceOf(task),
    summary: task.summary ?? '',
  }))
  if (json) {
    out(JSON.stringify(described, null, 2))
    return
  }
  const table = new Table({ head: ['task', 'shots', 'metrics', 'what it asks'], style: { head: [], border: [], compact: true } })
  for (const { name, shots, metrics, summary } of described) table.push([name, shots, metrics.join(', '), summary])
  out(table.toString())
}

async function show(task: Task, { dataDir, json }: Pick<z.output<typeof options>, 'dataDir' | 'json'>, { out, err }: Terminal): Promise<void> {
  const description = {
    name: task.name,
    version: task.version,
    summary: task.summary ?? '',
    source: sourceOf(task),
    split: task.dataset.split,
    shots: shotCount(task),
    subsets: task.subsets?.names ?? [],
    metrics: task.metrics,
  }
  const first = await firstItem(task, dataDir, err).catch((error: unknown) => {
    if (!(error instanceof HarnessError)) throw error
    err(`no prompt can be shown: ${error.message}\n  ${error.hint}`)
    return undefined
  })
  if (json) {
    out(JSON.stringify({ ...description, firstItem: first ?? null }, null, 2))
    return
  }
  out(`${task.name}, version ${task.version}: ${description.summary}`)
  out(`source   ${description.source}, split ${task.dataset.split}${task.subsets ? `, ${task.subsets.names.length} subsets` : ''}`)
  out(`shots    ${description.shots}`)
  out(`metrics  ${task.metrics.join(', ')}`)
  if (!first) return
  const [request] = first.requests
  out('')
  if (request!.kind === 'text') out(request!.text)
  else {
    out(request!.context)
    first.choices.forEach((choice, index) => out(`${index === first.gold ? '✓' : ' '} → ${JSON.stringify(` ${choice}`)}`))
  }
}

/** Only the first subset is read. */
async function firstItem(task: Task, dataDir: string | undefined, onNotice: Terminal['err']) {
  const one = task.subsets ? { ...task, subsets: { names: task.subsets.names.slice(0, 1), groups: {} } } : task
  const loaded = await loadTask(one, { limit: 1, ...(dataDir !== undefined && { dataDir }) })
  for (const notice of loaded.notices) onNotice(notice)
  return loaded.parts[0]!.items[0]!
}

function shotCount(task: Task): number {
  return task.kind === 'choice' ? (task.shots?.defaultCount ?? 0) : 0
}

function sourceOf({ dataset }: Task): string {
  if ('folder' in dataset) return `${dataset.folder}, which comes with it`
  const { repo, config, revision } = dataset
  return [`https://huggingface.co/datasets/${repo}`, config && `config ${config}`, revision && `revision ${revision}`].filter(Boolean).join(', ')
}
