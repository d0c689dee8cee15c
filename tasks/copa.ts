/**
 * COPA: which of two sentences is the cause or the effect of another (Roemmele et al. 2011; SuperGLUE, Wang et al. 2019, arXiv:1905.00537).
 * Prompt, choices and metric follow lm-eval `tasks/super_glue/copa/default.yaml` and `utils.py`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { codePoints, strip } from '../src/text/python-text.ts'

const CONNECTORS = { cause: 'because', effect: 'therefore' } as const

export default defineTask({
  name: 'copa',
  version: 1,
  summary: 'Which of two sentences is the cause or the effect?',
  dataset: { repo: 'aps/super_glue', config: 'copa', split: 'validation' },
  row: z.object({
    premise: z.string(),
    choice1: z.string().min(1),
    choice2: z.string().min(1),
    question: z.enum(['cause', 'effect']),
    label: z.number().int(),
  }),
  // The last character is the full stop.
  prompt: ({ premise, question }) => `${codePoints(strip(premise)).slice(0, -1).join('')} ${CONNECTORS[question]}`,
  choices: ({ choice1, choice2 }) => [choice1, choice2].map(continued),
  gold: ({ label }) => label,
  target: ({ choice1, choice2, label }) => continued(label === 0 ? choice1 : choice2),
  keepsWhiteSpace: true,
  metrics: ['acc'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'COPA',
    mainMetric: 'acc',
    rowCount: 100,
    chance: { uniform: 1 / 2, majority: null },
    uses: ['Common sense reasoning'],
  },
})

/** The sentence as the second half of another. Its space comes on top of the one between prompt and choice, as in lm-eval. */
function continued(sentence: string): string {
  const [first = '', ...rest] = codePoints(sentence)
  return ` ${first.toLowerCase()}${rest.join('')}`
}
