/**
 * Few-shot examples of an item: the first rows of a split, without those that show the item's own answer. When the split is the scored one, lm-eval
 * does the same (`FirstNSampler` drops the item's document). When another split contains rows of the scored one, lm-eval shows the answer; this pool
 * does not.
 */
import { UsageError } from '../errors.ts'
import type { Question, TaskRow } from './render.ts'
import { comparable, isSameQuestion, type ComparableQuestion } from './same-question.ts'
import { counted } from '../text/count.ts'

/** The source of the examples. */
export interface FewShotSource {
  /** Name of the items' results. */
  readonly name: string
  readonly split: string
  /** Examples for each item. */
  readonly count: number
  /** The split is the scored one: an item's own row is in it. */
  readonly isScoredSplit: boolean
  readonly rows: AsyncIterable<TaskRow>
  readonly render: (row: TaskRow) => Question
}

/** Draws examples; reads only as many rows as it needs. */
export interface FewShotPool extends AsyncDisposable {
  /** Examples for the item of that row. Fails with UsageError when there are too few. */
  draw(item: Question, rowIndex: number): Promise<readonly Question[]>
  /** Which examples were left out because they have an item's text, in one sentence; empty when none were. */
  notices(): string[]
}

interface Example {
  readonly question: Question
  readonly compared: ComparableQuestion
  readonly rowIndex: number
}

/** A pool over the source. Fails with UsageError when it has fewer than `count` rows. */
export async function openFewShotPool(source: FewShotSource): Promise<FewShotPool> {
  const { name, split, count, isScoredSplit, render } = source
  const rows = source.rows[Symbol.asyncIterator]()
  const read: Example[] = []
  const replaced = { items: 0, examples: new Set<number>() }
  const at = async (index: number): Promise<Example | undefined> => {
    while (read.length <= index) {
      const { value, done } = await rows.next()
      if (done) return undefined
      const question = render(value)
      read.push({ question, compared: comparable(question), rowIndex: value.rowIndex })
    }
    return read[index]
  }
  if ((await at(count - 1)) === undefined)
    throw new UsageError(`task ${name} has ${read.length} few-shot examples, but ${count} are needed`, `Give --num-fewshot ${read.length} or fewer.`)
  return {
    async draw(item, rowIndex) {
      const compared = comparable(item)
      const drawn: Question[] = []
      const same: number[] = []
      for (let index = 0; drawn.length < count; index++) {
        const example = await at(index)
        if (!example) throw tooFew(source, rowIndex, drawn.length)
        if (isScoredSplit && example.rowIndex === rowIndex) continue
        if (isSameQuestion(example.compared, compared)) same.push(example.rowIndex)
        else drawn.push(example.question)
      }
      if (same.length > 0) replaced.items++
      for (const row of same) replaced.examples.add(row)
      return drawn
    },
    notices() {
      if (replaced.items === 0) return []
      const shown = [...replaced.examples].toSorted((a, b) => a - b)
      const rowList = `${shown.length === 1 ? 'row' : 'rows'} ${shown.slice(0, 10).join(', ')}${shown.length > 10 ? ', …' : ''}`
      return [
        `${name}: ${counted(replaced.items, 'scored item has', 'scored items have')} the text of few-shot examples (split ${split}, ${rowList}); such an item gets the next rows of the split instead, so that it does not see its answer`,
      ]
    },
    async [Symbol.asyncDispose]() {
      await rows.return?.()
    },
  }
}

function tooFew({ name, split, count }: FewShotSource, rowIndex: number, found: number): UsageError {
  return new UsageError(
    `row ${rowIndex} of ${name} needs ${count} few-shot examples, but the few-shot split ${split} has only ${found} besides the item itself`,
    `An item never sees its own answer. Give --num-fewshot ${found} or fewer, or a few-shot split with other rows.`,
  )
}
