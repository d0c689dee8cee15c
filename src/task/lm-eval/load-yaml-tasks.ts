/** Tasks of lm-eval's YAML as tasks of the ordinary contract: of one file, or by name from a folder. */
import path from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Task } from '../define-task.ts'
import { matchesName } from '../matches-name.ts'
import { buildTask } from './build-task.ts'
import type { Catalogue } from './catalogue.ts'
import { expandName, type Expansion, type FoundTask, type TaskGroup } from './expand-name.ts'
import { hasModule, loadFunctions, referencesIn } from './functions.ts'
import { TaskRefused } from './task-refused.ts'
import { readTaskYaml } from './yaml-file.ts'

/** Whether a task file is YAML. */
export function isYaml(file: string): boolean {
  return /\.ya?ml$/iu.test(file)
}

/** The task of a file; what it includes must be in its folder. Fails with UsageError. */
export async function loadYamlFile(file: string): Promise<Task> {
  const fields = await readTaskYaml(file, path.dirname(file))
  const name = fields['task']
  if ('group' in fields || typeof name !== 'string')
    throw new UsageError(
      `${file} is not a task but ${'group' in fields ? 'a group' : 'keys for others'}`,
      'Give the folder and the name: --include-path DIR --tasks NAME.',
    )
  return loadFound({ name, fields, file })
}

/** Most tasks that an error lists. */
const MOST_REFUSED = 8

/** What names of a catalogue mean: tasks that are built, and groups with scores. */
export interface NamedTasks {
  readonly tasks: readonly Task[]
  readonly groups: readonly TaskGroup[]
}

/** The tasks of a name with `*` and `?`, or of a task, group or tag. Fails with UsageError; undefined if nothing has that name. */
export async function loadNamed(name: string, catalogue: Catalogue): Promise<NamedTasks | undefined> {
  const names = /[*?]/u.test(name) ? [...catalogue.tasks.keys()].filter((each) => matchesName(each, name)) : [name]
  const found = names.map((each) => expandName(each, catalogue)).filter((each): each is Expansion => each !== undefined)
  if (found.length === 0) return undefined
  const members = [...new Map(found.flatMap((each) => [...each.tasks])).values()]
  checkMembers(name, members)
  const tasks: Task[] = []
  for (const task of members) tasks.push(await loadFound(task))
  return { tasks, groups: found.flatMap(({ groups }) => groups) }
}

/** Fails with UsageError if one of several tasks cannot run: with all that cannot, and the names of the others. */
function checkMembers(name: string, members: readonly FoundTask[]): void {
  if (members.length < 2) return
  const refused = members.flatMap((task) => {
    const missing = referencesIn(task.fields).find((reference) => !hasModule(reference))
    const reason = whyRefused(task)?.message ?? (missing && `!function ${missing.name} has no JavaScript`)
    return reason === undefined ? [] : [{ name: task.name, reason }]
  })
  if (refused.length === 0) return
  const others = members.map((task) => task.name).filter((each) => !refused.some((one) => one.name === each))
  const shown = refused.slice(0, MOST_REFUSED).map((task) => `\n    ${task.name}: ${task.reason}`)
  const more = refused.length > shown.length ? `\n    and ${refused.length - shown.length} more` : ''
  throw new UsageError(
    `${refused.length} of the ${members.length} tasks of ${name} cannot run:${shown.join('')}${more}`,
    others.length === 0 ? 'See docs/moving-from-lm-eval.md for what can be changed.' : `To score the others: --tasks ${others.join(',')}`,
  )
}

/** Builds a task, with the functions that it refers to. Fails with UsageError, which names the file. */
async function loadFound({ name, fields, file }: FoundTask): Promise<Task> {
  try {
    // Modules of a task that is refused anyway are not loaded.
    const refusal = whyRefused({ name, fields, file })
    if (refusal) throw refusal
    const functions = await loadFunctions(referencesIn(fields), file)
    return { ...buildTask({ name, fields, folder: path.dirname(file), functions }), taskFile: file }
  } catch (error) {
    if (error instanceof TaskRefused) throw new TaskRefused(`${file}: ${error.message}`, error.reason, error.hint)
    throw error
  }
}

/** Why a task cannot run; undefined if it can, as far as is known without its functions. */
export function whyRefused({ name, fields, file }: FoundTask): TaskRefused | undefined {
  const functions = new Map(referencesIn(fields).map((reference) => [reference, (row: unknown) => row]))
  try {
    buildTask({ name, fields, folder: path.dirname(file), functions })
    return undefined
  } catch (error) {
    if (error instanceof TaskRefused) return error
    if (error instanceof UsageError) return new TaskRefused(error.message, 'a name that no file can have', error.hint)
    throw error
  }
}
