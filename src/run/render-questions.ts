/** Renders the questions of a task with their few-shot examples. */
import { checkedRows } from '../data/checked-rows.ts'
import type { Dataset } from '../data/dataset.ts'
import type { QuestionTask } from '../task/define-task.ts'
import { openFewShotPool } from '../task/few-shot-pool.ts'
import type { PlacedQuestion } from '../task/odd-rows.ts'
import { itemTaskName, questionItem, renderInstruction, renderQuestion, taskLabel, type Question, type RowSource, type TaskRow } from '../task/render.ts'
import type { Item } from '../task/request.ts'
import { sourceName } from './source-name.ts'

/** As in lm-eval. */
const DEFAULT_FEWSHOT_SEED = 1234

/** Rows of a task with choices: of its dataset all and those to score, and the dataset of its few-shot examples. */
export interface QuestionRows {
  readonly dataset: Dataset
  readonly shotsDataset: Dataset | undefined
  readonly rows: readonly TaskRow[]
  readonly chosen: readonly TaskRow[]
}

/** What rendering the rows of a task or subset gave. */
export interface RenderedRows {
  readonly items: readonly Item[]
  /** The scored questions of a task with choices. */
  readonly questions: readonly PlacedQuestion[]
  /** Text before each example. */
  readonly instruction: string
  /** The other rows of the file, as far as they can be rendered. */
  readonly others: () => Iterable<Question>
  readonly notices: readonly string[]
}

/** The questions that are chosen, each with few-shot examples. */
export async function renderQuestions(
  task: QuestionTask,
  subset: string,
  { shotCount, fewshotSeed = DEFAULT_FEWSHOT_SEED }: { readonly shotCount: number; readonly fewshotSeed?: number },
  { dataset, shotsDataset, rows, chosen }: QuestionRows,
): Promise<RenderedRows> {
  const source = { task, subset, source: sourceName(dataset) }
  const questions = chosen.map((row) => ({ question: renderQuestion(source, row), place: `${source.source}, row ${row.rowIndex}` }))
  await using pool = shotsDataset
    ? await openFewShotPool({
        name: itemTaskName(task, subset),
        split: task.shots!.split,
        count: shotCount,
        sampler: task.shots!.sampler ?? 'default',
        seed: fewshotSeed,
        isScoredSplit: task.shots!.split === task.dataset.split,
        leavesItemOut: task.shots!.leavesItemOut ?? task.shots!.split === task.dataset.split,
        rows: checkedRows(shotsDataset, task.row, taskLabel(task)),
        render: (row) => renderQuestion({ task, subset, source: sourceName(shotsDataset) }, row),
      })
    : undefined
  const instruction = renderInstruction(source)
  const items: Item[] = []
  for (const [index, row] of chosen.entries()) {
    const { question } = questions[index]!
    items.push(questionItem(source, row, question, { instruction, examples: (await pool?.draw(question, row)) ?? [] }))
  }
  const asked = new Set(chosen)
  function* others(): Iterable<Question> {
    for (const row of rows) if (!asked.has(row)) yield* renderedIfPossible(source, row)
  }
  return { items, questions, instruction, others, notices: pool?.notices() ?? [] }
}

/** Rows that are not scored may be invalid. */
function renderedIfPossible(source: RowSource<QuestionTask>, row: TaskRow): Question[] {
  try {
    return [renderQuestion(source, row)]
  } catch {
    return []
  }
}
