/**
 * BoolQ: yes or no, given a passage (Clark et al. 2019, arXiv:1905.10044).
 * Prompt and metrics follow lm-eval `tasks/super_glue/boolq/default.yaml`, version 2.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'boolq',
  version: 2,
  summary: 'Yes or no, given a passage?',
  dataset: { repo: 'aps/super_glue', config: 'boolq', split: 'validation' },
  row: z.object({ passage: z.string(), question: z.string(), label: z.number().int() }),
  prompt: ({ passage, question }) => `${passage}\nQuestion: ${question}?\nAnswer:`,
  choices: () => ['no', 'yes'],
  gold: ({ label }) => label,
  metrics: ['acc'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'BoolQ',
    mainMetric: 'acc',
    rowCount: 3270,
    // 2033 of the 3270 answers are yes.
    chance: { uniform: 1 / 2, majority: 2033 / 3270 },
    uses: ['Reading comprehension'],
  },
})
