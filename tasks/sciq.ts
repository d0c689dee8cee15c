/**
 * SciQ: science questions with a passage that supports the answer (Welbl et al. 2017, arXiv:1707.06209).
 * Prompt and metrics follow lm-eval `tasks/sciq/sciq.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { stripStart } from '../src/text/python-text.ts'

export default defineTask({
  name: 'sciq',
  version: 1,
  summary: 'Science questions, given a passage',
  dataset: { repo: 'allenai/sciq', split: 'test' },
  row: z.object({
    support: z.string(),
    question: z.string(),
    distractor1: z.string(),
    distractor2: z.string(),
    distractor3: z.string(),
    correct_answer: z.string(),
  }),
  prompt: ({ support, question }) => `${stripStart(support)}\nQuestion: ${question}\nAnswer:`,
  choices: ({ distractor1, distractor2, distractor3, correct_answer }) => [distractor1, distractor2, distractor3, correct_answer],
  gold: () => 3,
  metrics: ['acc', 'acc_norm'],
  shots: { split: 'train', defaultCount: 0 },
  benchmark: {
    title: 'SciQ',
    mainMetric: 'acc_norm',
    rowCount: 1000,
    chance: { uniform: 1 / 4, majority: null },
    uses: ['Science questions'],
  },
})
