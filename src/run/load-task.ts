/** Loads a task: reads and checks its rows, renders its prompts. The result is the same for every model. */
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { isPrompted, type Task } from '../task/define-task.ts'
import { oddInstruction, oddRows } from '../task/odd-rows.ts'
import type { Question } from '../task/render/question.ts'
import type { LoadedTask, LoadTaskOptions } from './loaded-task.ts'
import { loadPart, type LoadedPart } from './load-part.ts'

/**
 * Reads the rows of a task and renders them. Fails with DatasetError on missing, malformed or no rows, and with UsageError
 * if items would see their own answers.
 */
export async function loadTask(task: Task, options: LoadTaskOptions): Promise<LoadedTask> {
  const shotCount = shotsOf(task, options.shots)
  const loaded: LoadedPart[] = []
  for (const subset of task.subsets?.names ?? ['']) loaded.push(await loadPart(task, subset, shotCount, options))
  function* others(): Iterable<Question> {
    for (const part of loaded) yield* part.others()
  }
  const asked = loaded.flatMap(({ questions }) => questions)
  const instructions = loaded.flatMap((part) => part.instructions)
  const odd = isPrompted(task) ? [...oddInstruction(task, instructions), ...oddRows(task, asked, others)] : []
  const notices = [...loaded.flatMap((part) => part.notices), ...odd]
  return { task, shotCount, parts: loaded.map(({ part }) => part), notices }
}

/** The given number of few-shot examples, else the task's own. A number that the task cannot have is an error, not a silent zero. */
function shotsOf(task: Task, shots: LoadTaskOptions['shots']): number {
  const source = isPrompted(task) ? task.shots : undefined
  const asked = typeof shots === 'object' ? lookUp(shots, task.name) : shots
  if (!source && asked) {
    throw new UsageError(
      `task ${task.name} takes no few-shot examples, --num-fewshot asks for ${asked}`,
      task.taskFile !== undefined && isPrompted(task)
        ? 'Say in the task file where they come from: shots: { split, defaultCount } (docs/task-authoring.md).'
        : 'Name the tasks that take them: --num-fewshot mmlu=5.',
    )
  }
  return asked ?? source?.defaultCount ?? 0
}
