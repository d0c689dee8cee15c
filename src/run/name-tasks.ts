/** The tasks that a run names: built-in ones, those of task files, and those of folders of lm-eval's YAML. */
import { UsageError } from '../errors.ts'
import { listNames } from '../text/list-names.ts'
import type { Task } from '../task/define-task.ts'
import { readCatalogue } from '../task/lm-eval/catalogue.ts'
import type { TaskGroup } from '../task/lm-eval/expand-name.ts'
import { loadNamed } from '../task/lm-eval/load-yaml-tasks.ts'
import { allNames, expandNames, selectTasks } from '../task/select-tasks.ts'

/** Tasks of a run. */
export interface NamedTasks {
  /** All, by name: those of the folders as far as they are named. */
  readonly known: ReadonlyMap<string, Task>
  readonly selected: readonly Task[]
  /** Groups of the folders that are named. */
  readonly groups: readonly TaskGroup[]
}

/**
 * The named tasks. A name of a folder's task, group or tag comes after the built-in ones. Fails with UsageError on an unknown name, and on a task of a
 * folder with the name of another: results of both would have one name.
 */
export async function nameTasks(known: ReadonlyMap<string, Task>, names: readonly string[], folders: readonly string[]): Promise<NamedTasks> {
  if (folders.length === 0) return { known, selected: selectTasks(known, expandNames(known, names)), groups: [] }
  const catalogue = await readCatalogue(folders)
  const own = new Set(allNames(known))
  const added = new Map<string, Task>()
  const groups: TaskGroup[] = []
  const selected: string[] = []
  for (const name of names) {
    const found = own.has(name) && !catalogue.tasks.has(name) && !catalogue.groups.has(name) ? undefined : await loadNamed(name, catalogue)
    if (!found) {
      selected.push(...expandNames(known, [name]))
      continue
    }
    const taken = found.tasks.filter((task) => own.has(task.name)).map((task) => task.name)
    if (taken.length > 0)
      throw new UsageError(
        `${name}: ${listNames(taken, 5)} of ${folders.join(', ')} has the name of a built-in task`,
        'Their results would have one name. Leave --include-path out for the built-in task, or rename the task in the YAML.',
      )
    for (const task of found.tasks) added.set(task.name, task)
    groups.push(...found.groups)
    selected.push(...found.tasks.map((task) => task.name))
  }
  const all = new Map([...known, ...added])
  return { known: all, selected: selectTasks(all, selected), groups: [...new Map(groups.map((group) => [group.name, group])).values()] }
}
