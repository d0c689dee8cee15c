/** `evalharness tasks`: lists the tasks; `tasks NAME` shows one with a rendered prompt. */
import Table from 'cli-table3'
import type { Argv, CommandModule } from 'yargs'
import { HarnessError } from '../errors.ts'
import { loadTask } from '../run/load-task.ts'
import type { Task } from '../task/define-task.ts'
import { loadTasks, selectTasks } from '../task/registry.ts'
import type { Terminal } from './terminal.ts'

interface TasksArguments {
  name: string | undefined
  taskFile: string[]
  dataDir: string | undefined
  json: boolean
}

/** The command over a terminal. */
export function tasksCommand(terminal: Terminal): CommandModule<object, TasksArguments> {
  return {
    command: 'tasks [name]',
    describe: 'List the tasks, or show one with a rendered prompt',
    builder: describeOptions,
    handler: async (argv) => {
      const tasks = await loadTasks(argv.taskFile)
      if (argv.name === undefined) list([...tasks.values()], argv.json, terminal)
      else await show(selectTasks(tasks, [argv.name])[0]!, argv, terminal)
    },
  }
}

function describeOptions(yargs: Argv): Argv<TasksArguments> {
  const options = yargs
    .positional('name', { type: 'string', describe: 'Task to show' })
    .option('task-file', { type: 'string', array: true, default: [] as string[], requiresArg: true, describe: 'A task of your own: a JavaScript module' })
    .option('data-dir', { type: 'string', requiresArg: true, describe: 'Folder of local datasets, for the prompt' })
    .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' })
    .example('$0 tasks piqa', 'source, metrics and a prompt')
  return options as unknown as Argv<TasksArguments>
}

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

async function show(task: Task, { dataDir, json }: TasksArguments, { out, err }: Terminal): Promise<void> {
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
  const suite = await loadTask(one, { limit: 1, ...(dataDir !== undefined && { dataDir }) })
  for (const notice of suite.notices) onNotice(notice)
  return suite.parts[0]!.items[0]!
}

function shotCount(task: Task): number {
  return task.kind === 'choice' ? (task.shots?.defaultCount ?? 0) : 0
}

function sourceOf({ dataset }: Task): string {
  if ('folder' in dataset) return `${dataset.folder}, which comes with it`
  const { repo, config, revision } = dataset
  return [`https://huggingface.co/datasets/${repo}`, config && `config ${config}`, revision && `revision ${revision}`].filter(Boolean).join(', ')
}
