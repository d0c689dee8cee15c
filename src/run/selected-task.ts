/** Names of tasks in options besides `--tasks`: one that is not scored would be an option without effect. */
import { UsageError } from '../errors.ts'
import type { Task } from '../task/define-task.ts'
import { selectTasks } from '../task/select-tasks.ts'

/**
 * The task with this name, or with a subset or group of this name, as it is among all known ones. `option` is what names it, for the message. Fails with
 * UsageError on an unknown name and on one that is not among the selected tasks.
 */
export function selectedTask(name: string, option: string, known: ReadonlyMap<string, Task>, selected: readonly Task[]): Task {
  const [named] = selectTasks(known, [name])
  const asked = selected.find((each) => each.name === named!.name)
  const isAsked = asked && (known.has(name) || named!.subsets!.names.some((subset) => asked.subsets!.names.includes(subset)))
  if (!isAsked) throw new UsageError(`${option} has no effect: ${name} is not among --tasks`, 'Leave it out, or add the task.')
  return named!
}
