/** Where the few-shot examples of a task come from, and how they are shown. */
import type { z } from 'zod'

/** How few-shot examples are chosen, by lm-eval's names: `default` draws at random, `first_n` takes the first rows of the split. */
export const FEW_SHOT_SAMPLERS = ['default', 'first_n'] as const
export type FewShotSampler = (typeof FEW_SHOT_SAMPLERS)[number]

interface FewShotFields<Row> {
  /** Examples for each item if `--num-fewshot` is not given. */
  readonly defaultCount: number
  /** Default: `default`. */
  readonly sampler?: FewShotSampler
  /**
   * The random draw takes one example more and leaves out the item's own row, by which the draws after it differ. Default: whether `split` is the scored
   * one. lm-eval does so if `fewshot_split` and `test_split` of its YAML are equal, also if both are absent (`api/task.py` `fewshot_context`).
   */
  readonly leavesItemOut?: boolean
  /** Follows each example; default: an empty line. lm-eval's `fewshot_delimiter`. */
  readonly delimiter?: string
  /** How examples differ from the questions that are scored. */
  readonly example?: ExampleForm<Row>
}

/** Functions and texts of examples; what is absent is as in the scored questions. lm-eval's `fewshot_config`. */
export interface ExampleForm<Row> {
  /** The question; of a schema the right context. */
  readonly prompt?: (row: Row) => string
  /** The answer that is shown; it need not be one of the choices. */
  readonly answer?: (row: Row) => string
  readonly answerPrefix?: (row: Row) => string
  readonly targetDelimiter?: string
}

/** Examples of a split of the task's dataset. */
export interface FewShotSplit<Row> extends FewShotFields<Row> {
  readonly split: string
}

/** Examples that are written down with the task. */
export interface FewShotSamples<Row> extends FewShotFields<Row> {
  /** Rows; the sampler chooses among them. */
  readonly samples: readonly unknown[]
  /** Checks the samples; default: the task's `row`. */
  readonly row?: z.ZodType
}

export type FewShotSettings<Row> = FewShotSplit<Row> | FewShotSamples<Row>
