/** Renders the questions of a task with their few-shot examples. */
import { checkedRows } from '../data/checked-rows.ts'
import type { Dataset } from '../data/dataset.ts'
import type { PromptedTask } from '../task/define-task.ts'
import { openFewShotPool, type FewShotPool, type RenderedExample } from '../task/few-shot-pool.ts'
import type { FewShotSettings } from '../task/few-shot-settings.ts'
import type { PlacedQuestion } from '../task/odd-rows.ts'
import { exampleOf, renderExample, type Example } from '../task/render/example.ts'
import { questionItem, renderInstruction } from '../task/render/item.ts'
import { renderQuestion, type Question } from '../task/render/question.ts'
import { itemTaskName, rowName, taskLabel, type RowSource, type TaskRow } from '../task/render/row-source.ts'
import { comparable, comparableExample } from '../task/render/same-question.ts'
import type { Item } from '../task/request.ts'
import { sampleRows, SAMPLES } from '../task/sample-rows.ts'
import type { LoadTaskOptions } from './loaded-task.ts'
import { sourceName } from './source-name.ts'

/** As in lm-eval. */
const DEFAULT_FEWSHOT_SEED = 1234

/** Rows of a task with prompts: of its dataset all and those to score, and the dataset of its few-shot examples. */
export interface QuestionRows {
  readonly dataset: Dataset
  readonly shotsDataset: Dataset | undefined
  readonly rows: readonly TaskRow[]
  readonly chosen: readonly TaskRow[]
}

/** What rendering the rows of a task or subset gave. */
export interface RenderedRows {
  readonly items: readonly Item[]
  /** The scored questions; none for whole texts. */
  readonly questions: readonly PlacedQuestion[]
  /** Different texts before the examples. */
  readonly instructions: readonly string[]
  /** The other rows of the file, as far as they can be rendered. */
  readonly others: () => Iterable<Question>
  readonly notices: readonly string[]
}

/** The questions that are chosen, each with few-shot examples. */
export async function renderQuestions(
  task: PromptedTask,
  subset: string,
  { shotCount, fewshotSeed = DEFAULT_FEWSHOT_SEED, format }: Pick<LoadTaskOptions, 'fewshotSeed' | 'format'> & { readonly shotCount: number },
  { dataset, shotsDataset, rows, chosen }: QuestionRows,
): Promise<RenderedRows> {
  const source = { task, subset, source: sourceName(dataset) }
  const questions = chosen.map((row) => ({ question: renderQuestion(source, row), place: rowName(source.source, row.rowIndex) }))
  await using pool = shotCount > 0 ? await openPool(source, { count: shotCount, seed: fewshotSeed }, shotsDataset) : undefined
  const items: Item[] = []
  const instructions = new Set<string>()
  for (const [index, row] of chosen.entries()) {
    const { question } = questions[index]!
    const instruction = renderInstruction(source, row)
    instructions.add(instruction)
    const examples = (await pool?.draw(comparable(question, ownForm(source, row)), row)) ?? []
    items.push(questionItem(source, row, question, { instruction, examples, ...(format && { format }) }))
  }
  const asked = new Set(chosen)
  function* others(): Iterable<Question> {
    for (const row of rows) if (!asked.has(row)) yield* ifPossible(() => renderQuestion(source, row))
  }
  return { items, questions, instructions: [...instructions], others, notices: pool?.notices() ?? [] }
}

/** The examples of a task's split, which is open, or of its samples. */
async function openPool(
  { task, subset }: RowSource<PromptedTask>,
  draw: { readonly count: number; readonly seed: number },
  dataset: Dataset | undefined,
): Promise<FewShotPool> {
  const shots: FewShotSettings<unknown> = task.shots!
  const isScoredSplit = 'split' in shots && shots.split === task.dataset.split
  const source = { task, subset, source: dataset ? sourceName(dataset) : SAMPLES }
  return openFewShotPool({
    ...draw,
    name: itemTaskName(task, subset),
    split: 'split' in shots ? shots.split : SAMPLES,
    sampler: shots.sampler ?? 'default',
    isScoredSplit,
    leavesItemOut: shots.leavesItemOut ?? isScoredSplit,
    isFixed: !dataset,
    rows: 'samples' in shots ? sampleRows(task, shots) : checkedRows(dataset!, task.row, taskLabel(task)),
    render: (row) => renderForPool(source, row),
  })
}

function renderForPool(source: RowSource<PromptedTask>, row: TaskRow): RenderedExample {
  if (hasOwnForm(source.task)) {
    const example = renderExample(source, row)
    return { example, compared: comparableExample(example) }
  }
  const question = renderQuestion(source, row)
  return { example: exampleOf(question), compared: comparable(question) }
}

/** The scored row as the task's examples show it, if they differ from its questions. */
function ownForm(source: RowSource<PromptedTask>, row: TaskRow): Example | undefined {
  return hasOwnForm(source.task) ? ifPossible(() => renderExample(source, row))[0] : undefined
}

function hasOwnForm({ shots }: PromptedTask): boolean {
  return shots?.example !== undefined
}

/** Rows that are not scored may be invalid, and samples may have other fields than rows. */
function ifPossible<Rendered>(render: () => Rendered): Rendered[] {
  try {
    return [render()]
  } catch {
    return []
  }
}
