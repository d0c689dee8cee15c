/**
 * PIQA: which of two ways reaches an everyday goal (Bisk et al. 2019, arXiv:1911.11641).
 * Prompt and metrics follow lm-eval `tasks/piqa/piqa.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'piqa',
  version: 1,
  summary: 'Which of two ways reaches an everyday goal?',
  dataset: { repo: 'baber/piqa', split: 'validation' },
  row: z.object({ goal: z.string(), sol1: z.string(), sol2: z.string(), label: z.number().int() }),
  prompt: ({ goal }) => `Question: ${goal}\nAnswer:`,
  choices: ({ sol1, sol2 }) => [sol1, sol2],
  gold: ({ label }) => label,
  metrics: ['acc', 'acc_norm'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'PIQA',
    mainMetric: 'acc_norm',
    rowCount: 1838,
    chance: { uniform: 1 / 2, majority: null },
    uses: ['Physical reasoning tasks'],
  },
})
