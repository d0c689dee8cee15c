/** Lines on prompts that are longer than the window. */
import { count, counted } from '../text/count.ts'
import { sumTruncation, type RunRecord, type TruncationRecord } from '../store/run-record.ts'

/** The task of a warning. */
interface TruncatedTask {
  readonly name: string
  readonly itemCount: number
  readonly shotCount: number
  /** The window, in tokens. */
  readonly maxLength: number
}

/** The warning of one task: `warning: mmlu: 312 of 14,042 items have prompts longer than the window of 512 tokens: …`, with what to do. */
export function truncationWarning(truncation: TruncationRecord, { name, itemCount, shotCount, maxLength }: TruncatedTask): string {
  const { requestCount, mostTokensLost } = truncation
  const requests = counted(requestCount, 'request loses', 'requests lose')
  const [where, advice] =
    shotCount > 0 ? [', where instructions and few-shot examples are', 'use fewer examples (--num-fewshot), or a longer window'] : ['', 'use a longer window']
  return `warning: ${name}: ${truncatedItems(truncation, itemCount, maxLength)}: ${requests} up to ${tokens(mostTokensLost)} at the beginning${where}, as in lm-eval; ${advice} (--max-length) if the model has one`
}

/** A line for each task with cut prompts: `original · mmlu: 312 of 14,042 items are longer than the window of 512 tokens and were cut, by up to 1,043 tokens`. */
export function truncationSummary({ model, tasks }: Pick<RunRecord, 'tasks'> & { readonly model: Pick<RunRecord['model'], 'label' | 'maxLength'> }): string[] {
  return [...new Set(tasks.map(({ task }) => task))].flatMap((task) => {
    const parts = tasks.filter((part) => part.task === task)
    const truncation = sumTruncation(parts.map((part) => part.truncation))
    if (truncation.itemCount === 0) return []
    const itemCount = parts.reduce((sum, part) => sum + part.itemCount, 0)
    const name = parts.length === 1 ? parts[0]!.name : task
    return [`${model.label} · ${name}: ${truncatedItems(truncation, itemCount, model.maxLength)} and were cut, by up to ${tokens(truncation.mostTokensLost)}`]
  })
}

/** `312 of 14,042 items are longer than the window of 512 tokens`. */
function truncatedItems({ itemCount }: TruncationRecord, items: number, maxLength: number): string {
  return `${count(itemCount)} of ${count(items)} item${items === 1 ? '' : 's'} ${itemCount === 1 ? 'has prompts' : 'have prompts'} longer than the window of ${tokens(maxLength)}`
}

function tokens(number: number): string {
  return counted(number, 'token')
}
