/** Lines on prompts that are longer than the window. */
import { sumTruncation, type RunRecord, type TruncationRecord } from '../store/run-record.ts'

/** The warning of one task: `mmlu: 312 of 14,042 items are longer than the window of 512 tokens; …`. */
export function truncationWarning(task: string, truncation: TruncationRecord, itemCount: number, maxLength: number): string {
  const { requestCount, mostTokensLost } = truncation
  return `warning: ${task}: ${truncatedItems(truncation, itemCount, maxLength)}: ${requestCount === 1 ? '1 request loses' : `${count(requestCount)} requests lose`} up to ${tokens(mostTokensLost)} at the beginning, where instructions and few-shot examples are, as in lm-eval; give fewer examples (--num-fewshot) or a longer window`
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
export function truncatedItems({ itemCount }: TruncationRecord, items: number | null, maxLength: number | null): string {
  const of = items === null ? '' : ` of ${count(items)}`
  const window = maxLength === null ? '' : ` of ${tokens(maxLength)}`
  return `${count(itemCount)}${of} item${(items ?? itemCount) === 1 ? '' : 's'} ${itemCount === 1 ? 'has prompts' : 'have prompts'} longer than the window${window}`
}

function tokens(number: number): string {
  return `${count(number)} token${number === 1 ? '' : 's'}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
