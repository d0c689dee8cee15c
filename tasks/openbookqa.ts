/**
 * OpenBookQA: questions that combine a science fact with common knowledge (Mihaylov et al. 2018, arXiv:1809.02789).
 * Prompt and metrics follow lm-eval `tasks/openbookqa/openbookqa.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { stripStart } from '../src/text/python-text.ts'

export default defineTask({
  name: 'openbookqa',
  version: 1,
  summary: 'Science facts combined with common knowledge',
  dataset: { repo: 'allenai/openbookqa', config: 'main', split: 'test' },
  row: z.object({ question_stem: z.string(), choices: z.object({ text: z.array(z.string()), label: z.array(z.string()) }), answerKey: z.string() }),
  prompt: ({ question_stem }) => question_stem,
  choices: ({ choices }) => choices.text,
  gold: ({ choices, answerKey }) => choices.label.indexOf(stripStart(answerKey)),
  metrics: ['acc', 'acc_norm'],
  shots: { split: 'train', defaultCount: 0 },
  benchmark: {
    title: 'OpenBookQA',
    mainMetric: 'acc_norm',
    rowCount: 500,
    chance: { uniform: 1 / 4, majority: null },
    uses: ['Science questions'],
  },
})
