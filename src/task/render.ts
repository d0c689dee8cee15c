/** Rows to items: prompts as lm-eval renders them, `api/task.py` `fewshot_context` and `construct_requests`. */
import { DatasetError } from '../errors.ts'
import type { ChoiceTask, Task } from './define-task.ts'
import type { Item, Request } from './request.ts'

/** A row that is asked, and where it is from. */
export interface TaskRow {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the task's schema returned it. */
  readonly row: unknown
  /** As the dataset holds it. */
  readonly raw: unknown
}

/** What all rows of a task, or of one subset, share. */
export interface RenderContext {
  readonly task: Task
  /** '' for a task without subsets. */
  readonly subset: string
  /** Rows of the worked examples, in order. */
  readonly shots: readonly unknown[]
  /** What errors call the rows' source. */
  readonly source: string
}

/** The name under which results stand: `mmlu_anatomy` for a subset. */
export function itemTaskName(task: Task, subset: string): string {
  return subset === '' ? task.name : `${task.name}_${subset}`
}

/** Renders one row. Fails with DatasetError when its gold index is out of range, a choice is empty or a plugin's function throws. */
export function renderItem({ task, subset, shots, source }: RenderContext, { rowIndex, row, raw }: TaskRow): Item {
  const place = `${source}, row ${rowIndex}`
  const name = itemTaskName(task, subset)
  if (task.kind === 'text') {
    const text = guarded(place, () => task.text(row))
    const original = guarded(place, () => task.original?.(row) ?? text)
    return { task: name, docId: rowIndex, doc: raw, target: text, choices: [], gold: -1, original, requests: [{ kind: 'text', text }] }
  }
  const choices = guarded(place, () => task.choices(row))
  const gold = checkedGold(task, row, choices.length, place)
  const context = guarded(place, () => fewShotPrefix(task, subset, shots) + task.prompt(row))
  const ask = (before: string): Request[] => choices.map((choice) => ({ kind: 'continuation', context: before, continuation: ` ${choice}` }))
  const requests = task.metrics.includes('acc_mutual_info') ? [...ask(context), ...ask('')] : ask(context)
  return { task: name, docId: rowIndex, doc: raw, target: String(gold), choices, gold, original: '', requests }
}

/** Instruction and worked examples: question, a space, answer, an empty line. */
function fewShotPrefix(task: ChoiceTask, subset: string, shots: readonly unknown[]): string {
  const examples = shots.map((row) => `${task.prompt(row)} ${task.choices(row)[task.gold(row)]}\n\n`)
  return (task.instruction?.(subset) ?? '') + examples.join('')
}

function checkedGold(task: ChoiceTask, row: unknown, choiceCount: number, place: string): number {
  const gold = guarded(place, () => task.gold(row))
  if (Number.isInteger(gold) && gold >= 0 && gold < choiceCount) return gold
  throw new DatasetError(
    `${place}: label ${gold} is out of range, there are ${choiceCount} choices`,
    'Labels count from 0. A split without labels (-1) cannot be scored: use one that has them.',
  )
}

/** A plugin's functions see rows that passed its schema; when one throws anyway, the row is named. */
function guarded<T>(place: string, compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    throw new DatasetError(
      `${place}: the task fails on it: ${cause instanceof Error ? cause.message : String(cause)}`,
      "Make the task's row schema reject such rows, or its functions accept them.",
      { cause },
    )
  }
}
