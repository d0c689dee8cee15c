/** `--data TASK=FILE` and `TASK:SPLIT=FILE`: local rows of a task or of one of its subsets. */
import { UsageError } from '../errors.ts'
import type { Task } from '../task/define-task.ts'
import { selectTasks } from '../task/registry.ts'
import { didYouMean } from '../text/nearest-name.ts'
import type { DataFiles } from './data-files.ts'

/**
 * Files by `TASK` or `TASK:SPLIT`. Fails with UsageError on unknown names and splits, and on options without effect: rows
 * that are named twice, or of a task that is not among the `selected`.
 */
export function parseDataFiles(entries: readonly string[], known: ReadonlyMap<string, Task>, selected: readonly Task[]): DataFiles {
  const files: Record<string, string> = {}
  for (const entry of entries) {
    const [, name, split, file] = /^([^=:]+)(?::([^=]*))?=(.+)$/su.exec(entry) ?? []
    if (name === undefined || file === undefined)
      throw new UsageError(`--data ${entry} is not TASK=FILE`, 'Give for example --data piqa=rows.jsonl, or with the split --data mmlu_anatomy:dev=dev.jsonl.')
    const task = taskOf(name.trim(), entry, known, selected)
    const key = split === undefined ? name.trim() : `${name.trim()}:${knownSplit(task, split.trim(), entry)}`
    const scored = `${name.trim()}:${task.dataset.split}`
    // The scored split has two names: with and without the split.
    const twin = [key, ...(key === scored ? [name.trim()] : key === name.trim() ? [scored] : [])].find((other) => Object.hasOwn(files, other))
    if (twin !== undefined) throw new UsageError(`--data ${entry}: --data ${twin}=${files[twin]} names the same rows`, 'Give one of the two.')
    files[key] = file.trim()
  }
  return files
}

/** The task with this name, or with a subset of this name. */
function taskOf(name: string, entry: string, known: ReadonlyMap<string, Task>, selected: readonly Task[]): Task {
  const task = known.get(name) ?? selectTasks(known, [name])[0]!
  const isGroup = !known.has(name) && !task.subsets!.names.some((subset) => name === `${task.name}_${subset}`)
  if (isGroup)
    throw new UsageError(
      `--data ${entry}: ${name} is a group of subsets`,
      `Name a subset, such as ${task.name}_${task.subsets!.names[0]}, or give a folder: --data ${task.name}=FOLDER.`,
    )
  const asked = selected.find((each) => each.name === task.name)
  if (!asked || (!known.has(name) && !asked.subsets!.names.some((subset) => name === `${task.name}_${subset}`)))
    throw new UsageError(`--data ${entry} has no effect: ${name} is not among --tasks`, 'Leave it out, or add the task.')
  return task
}

function knownSplit(task: Task, split: string, entry: string): string {
  const shots = task.kind === 'choice' && task.shots && task.shots.split !== task.dataset.split ? [task.shots.split] : []
  const splits = [task.dataset.split, ...shots]
  if (splits.includes(split)) return split
  throw new UsageError(`--data ${entry}: task ${task.name} has no split ${JSON.stringify(split)}`, `${didYouMean(split, splits)}It has: ${splits.join(', ')}.`)
}
