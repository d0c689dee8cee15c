/** The tasks that a run names: built-in ones, those of task files, and those of folders of lm-eval's YAML. */
import { UsageError } from '../errors.ts'
import { listNames } from '../text/list-names.ts'
import type { Task } from '../task/define-task.ts'
import { readCatalogue } from '../task/lm-eval/catalogue.ts'
import type { TaskGroup } from '../task/lm-eval/expand-name.ts'
import { loadNamed } from '../task/lm-eval/load-yaml-tasks.ts'
import { allNames, expandNames, groupNames, selectTasks, subsetNames } from '../task/select-tasks.ts'

/** Tasks of a run. */
export interface NamedTasks {
  /** All, by name: those of the folders as far as they are named. */
  readonly known: ReadonlyMap<string, Task>
  readonly selected: readonly Task[]
  /** Groups of the folders that are named. */
  readonly groups: readonly TaskGroup[]
}

/**
 * The named tasks. A task, group or tag of a folder comes before a built-in task with its name, as in lm-eval; `onNotice` receives a notice of that. Fails with
 * UsageError on an unknown name, and on tasks whose results would have one name.
 */
export async function nameTasks(
  known: ReadonlyMap<string, Task>,
  names: readonly string[],
  folders: readonly string[],
  onNotice: (notice: string) => void,
): Promise<NamedTasks> {
  if (folders.length === 0) return { known, selected: selectTasks(known, expandNames(known, names)), groups: [] }
  const catalogue = await readCatalogue(folders, onNotice)
  const own = new Set(allNames(known))
  const added = new Map<string, Task>()
  const groups: TaskGroup[] = []
  const selected: string[] = []
  for (const name of names) {
    const found = await loadNamed(name, catalogue)
    if (!found) {
      selected.push(...expandNames(known, [name]))
      continue
    }
    const replaced = found.tasks.filter((task) => own.has(task.name) && !added.has(task.name)).map((task) => task.name)
    if (replaced.length > 0) onNotice(`${listNames(replaced, 5)}: as defined in ${folders.join(', ')}, not as built in`)
    for (const task of found.tasks) added.set(task.name, task)
    groups.push(...found.groups)
    selected.push(...found.tasks.map((task) => task.name))
  }
  const all = new Map([...known, ...added])
  const tasks = selectTasks(all, selected)
  checkResultNames(tasks)
  return { known: all, selected: tasks, groups: [...new Map(groups.map((group) => [group.name, group])).values()] }
}

/** Fails with UsageError if a task of a folder has the name of a subset or group of a built-in one that is scored too. */
function checkResultNames(tasks: readonly Task[]): void {
  const names = new Set(tasks.map(({ name }) => name))
  for (const task of tasks) {
    const taken = [...groupNames(task), ...subsetNames(task)].filter((name) => names.has(name))
    if (taken.length > 0)
      throw new UsageError(
        `${listNames(taken, 5)} of --include-path and the built-in ${task.name} have results of the same name`,
        'Name one of both in --tasks, or rename the task in the YAML.',
      )
  }
}
