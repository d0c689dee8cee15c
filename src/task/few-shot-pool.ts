/**
 * Few-shot examples of an item, drawn as lm-eval draws them (`api/samplers.py`), but never one that shows the item its own answer. If the few-shot
 * split contains scored rows, lm-eval shows the answer; here such an item gets other rows, and a notice says so.
 */
import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../errors.ts'
import { counted } from '../text/count.ts'
import type { FewShotSampler } from './few-shot-settings.ts'
import { pythonRandom, type PythonRandom } from './python-random.ts'
import type { Example } from './render/example.ts'
import type { TaskRow } from './render/row-source.ts'
import { isSameQuestion, type ComparableQuestion } from './render/same-question.ts'

/** The source of the examples. */
export interface FewShotSource {
  /** Name of the items' results. */
  readonly name: string
  /** Name of the split, or of the samples, in messages. */
  readonly split: string
  /** Examples for each item. */
  readonly count: number
  readonly sampler: FewShotSampler
  /** Of the random draw; lm-eval's default is 1234. */
  readonly seed: number
  /** The split is the scored one: an item's own row is in it. */
  readonly isScoredSplit: boolean
  /** A random draw takes one more and leaves out rows that equal the item's (`FewShotSettings`). */
  readonly leavesItemOut: boolean
  /** The task's author chose the rows: an item with the text of one of them sees it all the same, and a notice says so. */
  readonly isFixed: boolean
  readonly rows: AsyncIterable<TaskRow>
  readonly render: (row: TaskRow) => RenderedExample
}

/** An example, and what is compared to find it in an item. */
export interface RenderedExample {
  readonly example: Example
  readonly compared: ComparableQuestion
}

/** Draws examples. */
export interface FewShotPool extends AsyncDisposable {
  /** Examples for the item of that row. A random draw depends on the draws before it. Fails with UsageError when there are too few. */
  draw(item: ComparableQuestion, row: TaskRow): Promise<readonly Example[]>
  /** Which examples have an item's text, in one sentence; empty when none have. */
  notices(): string[]
}

interface PlacedExample extends RenderedExample {
  readonly row: TaskRow
}

/** Rows of the split, read and rendered when they are needed. */
interface ExampleRows extends AsyncDisposable {
  /** The example at a place of the split; undefined past its end. */
  at(index: number): Promise<PlacedExample | undefined>
  /** Reads the split to its end. */
  all(): Promise<readonly TaskRow[]>
  readonly readCount: () => number
}

/** A pool over the source. Fails with UsageError when it has fewer than `count` rows. The first rows are read as they are needed; a random draw reads all. */
export async function openFewShotPool(source: FewShotSource): Promise<FewShotPool> {
  const { name, split, count, sampler } = source
  const examples = exampleRows(source)
  if ((await examples.at(count - 1)) === undefined)
    throw new UsageError(
      `task ${name} has ${examples.readCount()} few-shot examples, but ${count} are needed`,
      `Give --num-fewshot ${examples.readCount()} or fewer.`,
    )
  const placesOf = sampler === 'first_n' ? undefined : randomPlaces(await examples.all(), source)
  const replaced = { items: 0, examples: new Set<number>() }
  return {
    async draw(item, row) {
      const drawn: Example[] = []
      const same: number[] = []
      const seen = new Set<number>()
      for (const index of places(placesOf?.(row) ?? [])) {
        if (drawn.length === count) break
        if (seen.has(index)) continue
        seen.add(index)
        const example = await examples.at(index)
        if (!example) throw tooFew(source, row.rowIndex, drawn.length)
        if (sampler === 'first_n' && source.isScoredSplit && example.row.rowIndex === row.rowIndex) continue
        const isSame = isSameQuestion(example.compared, item)
        if (isSame) same.push(example.row.rowIndex)
        if (!isSame || source.isFixed) drawn.push(example.example)
      }
      if (same.length > 0) replaced.items++
      for (const index of same) replaced.examples.add(index)
      return drawn
    },
    notices() {
      if (replaced.items === 0) return []
      const shown = [...replaced.examples].toSorted((a, b) => a - b)
      const rowList = `${shown.length === 1 ? 'row' : 'rows'} ${shown.slice(0, 10).join(', ')}${shown.length > 10 ? ', …' : ''}`
      const consequence = source.isFixed
        ? 'the task chose these examples, so such an item sees its answer'
        : 'such an item gets other rows of the split instead, so that it does not see its answer'
      const place = source.isFixed ? split : `split ${split}`
      return [
        `${name}: ${counted(replaced.items, 'scored item has', 'scored items have')} the text of few-shot examples (${place}, ${rowList}); ${consequence}`,
      ]
    },
    [Symbol.asyncDispose]: () => examples[Symbol.asyncDispose](),
  }
}

/** The places that were drawn, then all from the first on: what replaces an example, and all that the sampler `first_n` needs. */
function* places(drawn: readonly number[]): Iterable<number> {
  yield* drawn
  for (let index = 0; ; index++) yield index
}

/** The places that lm-eval draws for an item. */
function randomPlaces(rows: readonly TaskRow[], { seed, count, leavesItemOut }: FewShotSource): (item: TaskRow) => readonly number[] {
  const random = pythonRandom(seed)
  if (!leavesItemOut) return () => random.sample(rows.length, count)
  return ({ raw }) => placesWithout(raw, rows, count, random)
}

/** One more is drawn than is needed. If several rows equal the item's, the rest may be too few; then it is drawn again, from the others. */
function placesWithout(raw: unknown, rows: readonly TaskRow[], count: number, random: PythonRandom): readonly number[] {
  const isOther = (place: number) => !isDeepStrictEqual(rows[place]!.raw, raw)
  const drawn = random.sample(rows.length, Math.min(count + 1, rows.length)).filter(isOther)
  if (drawn.length >= count) return drawn.slice(0, count)
  const others = [...rows.keys()].filter(isOther)
  return random.sample(others.length, Math.min(count, others.length)).map((place) => others[place]!)
}

function exampleRows({ rows: source, render }: FewShotSource): ExampleRows {
  const rows = source[Symbol.asyncIterator]()
  const read: TaskRow[] = []
  const rendered = new Map<number, PlacedExample>()
  const readNext = async () => {
    const { value, done } = await rows.next()
    if (!done) read.push(value)
    return done !== true
  }
  return {
    async at(index) {
      while (read.length <= index) if (!(await readNext())) return undefined
      const row = read[index]!
      const known = rendered.get(index)
      if (known) return known
      const example = { ...render(row), row }
      rendered.set(index, example)
      return example
    },
    async all() {
      while (await readNext());
      return read
    },
    readCount: () => read.length,
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
