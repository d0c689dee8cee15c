/** `--data NAME=FILE` and `NAME:SPLIT=FILE`: local rows of a task, or of a subset or group of subsets. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../errors.ts'
import { fewShotSplit, type Task } from '../task/define-task.ts'
import { selectedTask } from './selected-task.ts'
import { didYouMean } from '../text/nearest-name.ts'
import type { DataFiles } from './data-files.ts'

/**
 * Files or folders by `NAME` or `NAME:SPLIT`; a group's folder is that of each of its subsets that has none of its own. Fails with UsageError on unknown
 * names and splits, on a file for a group, and on options without effect: rows that are named twice, or of a task that is not among the `selected`.
 */
export async function parseDataFiles(entries: readonly string[], known: ReadonlyMap<string, Task>, selected: readonly Task[]): Promise<DataFiles> {
  const files: Record<string, string> = {}
  const ofGroups: (readonly [key: string, folder: string])[] = []
  for (const entry of entries) {
    const [, name, split, file] = /^([^=:]+)(?::([^=]*))?=(.+)$/su.exec(entry) ?? []
    if (name === undefined || file === undefined)
      throw new UsageError(`--data ${entry} is not TASK=FILE`, 'Give for example --data piqa=rows.jsonl, or with the split --data mmlu_anatomy:dev=dev.jsonl.')
    const task = selectedTask(name.trim(), `--data ${entry}`, known, selected)
    const key = split === undefined ? name.trim() : `${name.trim()}:${knownSplit(task, split.trim(), entry)}`
    const members = groupMembers(known.get(task.name)!, name.trim())
    if (members) {
      await assertFolder(entry, file.trim(), members)
      ofGroups.push(...members.map((member) => [key.replace(name.trim(), member), file.trim()] as const))
      continue
    }
    const scored = `${name.trim()}:${task.dataset.split}`
    // The scored split has two names: with and without the split.
    const twin = [key, ...(key === scored ? [name.trim()] : key === name.trim() ? [scored] : [])].find((other) => Object.hasOwn(files, other))
    if (twin !== undefined) throw new UsageError(`--data ${entry}: --data ${twin}=${files[twin]} names the same rows`, 'Give one of the two.')
    files[key] = file.trim()
  }
  return { ...Object.fromEntries(ofGroups), ...files }
}

/** The results' names of a group's subsets; undefined for the name of a task or subset. */
function groupMembers({ name, subsets }: Task, given: string): readonly string[] | undefined {
  const group = given.slice(name.length + 1)
  return Object.hasOwn(subsets?.groups ?? {}, group) ? subsets!.groups[group]!.map((member) => `${name}_${member}`) : undefined
}

/** A file has the rows of one subset. */
async function assertFolder(entry: string, folder: string, members: readonly string[]): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new UsageError(
    `--data ${entry}: ${found ? 'a group of subsets needs a folder, not a file' : 'there is no such folder'}`,
    `Give a folder with ${path.join('SPLIT', 'SUBSET.jsonl')}, or name a subset: --data ${members[0]}=FILE.`,
  )
}

function knownSplit(task: Task, split: string, entry: string): string {
  const splits = [...new Set([task.dataset.split, fewShotSplit(task) ?? task.dataset.split])]
  if (splits.includes(split)) return split
  throw new UsageError(`--data ${entry}: task ${task.name} has no split ${JSON.stringify(split)}`, `${didYouMean(split, splits)}It has: ${splits.join(', ')}.`)
}
