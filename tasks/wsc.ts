/**
 * WSC: does a pronoun refer to a noun (Levesque et al. 2012; SuperGLUE, Wang et al. 2019, arXiv:1905.00537)?
 * Prompt and metric follow lm-eval `tasks/super_glue/wsc/default.yaml` and `preprocess_wsc.py`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { codePoints, squeeze } from '../src/text/python-text.ts'

const rowSchema = z.object({ text: z.string(), span1_text: z.string(), span2_index: z.number().int(), span2_text: z.string(), label: z.number().int() })

export default defineTask({
  name: 'wsc',
  version: 1,
  summary: 'Does a pronoun refer to a noun?',
  dataset: { repo: 'aps/super_glue', config: 'wsc.fixed', split: 'validation' },
  row: rowSchema,
  prompt: (row) =>
    `Passage: ${markedPassage(row)}\nQuestion: In the passage above, does the pronoun "*${row.span2_text}*" refer to "*${row.span1_text}*"?\nAnswer:`,
  choices: () => ['no', 'yes'],
  gold: ({ label }) => label,
  metrics: ['acc'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'WSC',
    mainMetric: 'acc',
    rowCount: 104,
    chance: { uniform: 1 / 2, majority: null },
    uses: ['Common sense reasoning'],
  },
})

/** The text with stars around the pronoun, which is found by its number among the words. */
function markedPassage({ text, span2_index: index, span2_text: pronoun }: z.infer<typeof rowSchema>): string {
  const words = squeeze(text).split(' ')
  const before = words.slice(0, index).join(' ')
  const after = codePoints(text)
    .slice(codePoints(before).length + codePoints(pronoun).length + 1)
    .join('')
  return detokenized(`${before} *${pronoun}*${after}`)
}

/** lm-eval `utils.py` `general_detokenize`. */
function detokenized(text: string): string {
  return text
    .replaceAll(" n't", "n't")
    .replaceAll(' )', ')')
    .replaceAll('( ', '(')
    .replaceAll('" ', '"')
    .replaceAll(' "', '"')
    .replace(/ (?=['.,])/gu, '')
}
