/** `evalharness tasks`: lists the tasks; `tasks NAME` shows one with a rendered prompt. */
import { z } from 'zod'
import { nameTasks } from '../run/name-tasks.ts'
import type { Task } from '../task/define-task.ts'
import { readCatalogue } from '../task/lm-eval/catalogue.ts'
import { surveyCatalogue } from '../task/lm-eval/survey.ts'
import { loadTasks } from '../task/registry.ts'
import { allNames, expandNames, groupNames, selectTasks, subsetNames } from '../task/select-tasks.ts'
import { flag, list, optionalPositional, text } from '../run/option-table.ts'
import { parseDataFiles } from '../run/parse-data-files.ts'
import { runOptions } from '../run/run-options.ts'
import { textColumns, wrappedTable } from '../text/text-table.ts'
import { defineCommand } from './command.ts'
import { listCatalogue } from './list-catalogue.ts'
import { showTask } from './show-task.ts'
import { describeTask } from './task-description.ts'
import type { Terminal } from './terminal.ts'

const options = z.object({
  name: optionalPositional({ description: 'Task, group or subset to show, or names with * to list' }),
  all: flag({ description: 'List the names of groups and subsets too' }),
  taskFile: runOptions.shape.taskFile,
  includePath: runOptions.shape.includePath,
  dataDir: text({ description: 'Folder of local datasets, for the prompt (default: the hub)' }),
  data: list({ description: 'Local rows for the prompt, TASK=FILE, as for `run`' }),
  json: flag({ description: 'Print as JSON' }),
})

/** The command. */
export const tasksCommand = defineCommand({
  name: 'tasks',
  description: 'List the tasks, or show one with a rendered prompt',
  options,
  examples: [
    ['tasks piqa', 'source, metrics and a prompt'],
    ['tasks mmlu', 'the same, with groups and subsets'],
    ["tasks 'mmlu_*'", 'the names of its groups and subsets'],
    ['tasks --include-path my_tasks', 'what of a folder of lm-eval YAML can run, and why the rest cannot'],
  ],
  async run({ name, all, taskFile, includePath, data, ...given }, terminal) {
    if (includePath.length > 0 && name === undefined) {
      listCatalogue(surveyCatalogue(await readCatalogue(includePath, terminal.err)), { all, json: given.json }, terminal)
      return
    }
    const own = await loadTasks(taskFile)
    const named = includePath.length > 0 ? await nameTasks(own, [name!], includePath, terminal.err) : undefined
    const tasks = named?.known ?? own
    const names = named?.selected.map((task) => task.name) ?? (name === undefined ? allNames(tasks) : expandNames(tasks, [name]))
    if (name !== undefined && names.length === 1) {
      const selected = selectTasks(tasks, names)
      await showTask(selected[0]!, { ...given, dataFiles: await parseDataFiles(data, tasks, selected) }, terminal)
    } else if (all || name !== undefined) listNames(names, given.json, terminal)
    else listTasks([...tasks.values()], given.json, terminal)
  },
})

function listNames(names: readonly string[], json: boolean, { out }: Terminal): void {
  if (json) out(JSON.stringify(names, null, 2))
  else for (const name of names) out(name)
}

function listTasks(tasks: readonly Task[], json: boolean, { out, err, columns }: Terminal): void {
  const described = tasks.map(describeTask)
  if (json) {
    out(JSON.stringify(described, null, 2))
    return
  }
  const rows = described.map(({ name, shots, metrics, summary }) => [name, String(shots), metrics.join(', '), summary])
  out(wrappedTable({ columns: textColumns('task', 'shots', 'metrics', 'what it asks'), rows }, ['metrics', 'what it asks'], columns))
  for (const task of tasks.filter(({ subsets }) => subsets)) out(partsText(task))
  err('`evalharness tasks NAME` shows a task, `evalharness tasks --all` lists every name that --tasks takes')
}

/** `mmlu has 57 subsets in 4 groups: …`. */
function partsText(task: Task): string {
  const subsets = subsetNames(task)
  const groups = groupNames(task)
  const inGroups = groups.length > 0 ? `, and ${groups.length} groups: ${groups.join(', ')}` : ''
  return `${task.name}: ${subsets.length} subsets, such as ${subsets[0]}${inGroups}`
}
