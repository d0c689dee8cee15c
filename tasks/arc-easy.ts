/**
 * ARC-Easy: science questions of school exams (Clark et al. 2018, arXiv:1803.05457).
 * Prompt and metrics follow lm-eval `tasks/arc/arc_easy.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

/** What both parts of ARC have in common. */
export const arcFields = {
  version: 1,
  row: z.object({ question: z.string(), choices: z.object({ text: z.array(z.string()), label: z.array(z.string()) }), answerKey: z.string() }),
  prompt: ({ question }: { readonly question: string }) => `Question: ${question}\nAnswer:`,
  choices: ({ choices }: { readonly choices: { readonly text: readonly string[] } }) => choices.text,
  gold: ({ choices, answerKey }: { readonly choices: { readonly label: readonly string[] }; readonly answerKey: string }) => choices.label.indexOf(answerKey),
  metrics: ['acc', 'acc_norm'],
  shots: { split: 'train', defaultCount: 0 },
} as const

export default defineTask({
  ...arcFields,
  name: 'arc_easy',
  summary: 'Science questions of school exams',
  dataset: { repo: 'allenai/ai2_arc', config: 'ARC-Easy', split: 'test' },
  benchmark: {
    title: 'ARC-Easy',
    mainMetric: 'acc_norm',
    rowCount: 2376,
    // Of the rows, 7 have three choices, 2,365 four and 4 five.
    chance: { uniform: (7 / 3 + 2365 / 4 + 4 / 5) / 2376, majority: null },
    uses: ['Science questions'],
  },
})
