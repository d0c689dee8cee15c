/** Tasks of lm-eval's YAML as tasks of the ordinary contract: of one file, or by name from a folder. */
import path from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Task } from '../define-task.ts'
import { matchesName } from '../matches-name.ts'
import { buildTask } from './build-task.ts'
import type { Catalogue } from './catalogue.ts'
import { expandName, type Expansion, type FoundTask, type TaskGroup } from './expand-name.ts'
import { hasModule, loadFunctions, referencesIn, type LoadedFunctions } from './functions.ts'
import { TaskRefused } from './task-refused.ts'
import { readTaskYaml, type FunctionReference } from './yaml-file.ts'

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
  return buildFound({ name, fields, file }).load()
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
  const members = [...new Map(found.flatMap((each) => [...each.tasks])).values()].map(buildFound)
  if (members.length > 1) checkMembers(name, members)
  const tasks: Task[] = []
  for (const member of members) tasks.push(await member.load())
  return { tasks, groups: found.flatMap(({ groups }) => groups) }
}

/** Fails with UsageError if one of several tasks cannot run: with all that cannot, and the names of the others. */
function checkMembers(name: string, members: readonly BuiltTask[]): void {
  const refused = members.flatMap((member) => {
    const reason = member.refusal?.message ?? (member.missing && `!function ${member.missing.name} has no JavaScript`)
    return reason === undefined ? [] : [{ name: member.name, reason }]
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

/** A task without its functions; or why it cannot run, as far as is known without them. */
export interface BuiltTask {
  readonly name: string
  /** Why it cannot run; undefined if it can. */
  readonly refusal: TaskRefused | undefined
  /** A function of a task that is not refused which has no JavaScript module. */
  readonly missing: FunctionReference | undefined
  /** Imports the functions, so that the task can run. Fails with UsageError. */
  load(): Promise<Task>
}

/** Builds a task. Nothing of its folder is run: modules of a task that is refused are not loaded. */
export function buildFound({ name, fields, file }: FoundTask): BuiltTask {
  const references = referencesIn(fields)
  let loaded: LoadedFunctions | undefined
  const functions: LoadedFunctions = new Map(references.map((reference) => [reference, (row) => loaded!.get(reference)!(row)]))
  const built = buildOrRefuse(() => buildTask({ name, fields, folder: path.dirname(file), functions }))
  if (built instanceof TaskRefused)
    return {
      name,
      refusal: built,
      missing: undefined,
      async load() {
        throw new TaskRefused(`${file}: ${built.message}`, built.reason, built.hint)
      },
    }
  return {
    name,
    refusal: undefined,
    missing: references.find((reference) => !hasModule(reference)),
    async load() {
      loaded = await loadFunctions(references, file)
      return { ...built, taskFile: file }
    },
  }
}

function buildOrRefuse(build: () => Task): Task | TaskRefused {
  try {
    return build()
  } catch (error) {
    if (error instanceof TaskRefused) return error
    if (error instanceof UsageError) return new TaskRefused(error.message, 'a name that no file can have', error.hint)
    throw error
  }
}
