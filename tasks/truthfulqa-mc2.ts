/**
 * TruthfulQA, several right answers: their share of the probability (Lin et al. 2021, arXiv:2109.07958).
 * Prompt and metric follow lm-eval `tasks/truthfulqa/truthfulqa_mc2.yaml` and `utils.py`, version 3.0, where the metric is called acc.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { truthfulQaPrompt } from './truthfulqa-mc1.ts'

export default defineTask({
  name: 'truthfulqa_mc2',
  version: 3,
  summary: 'How much of the probability do true answers have?',
  dataset: { repo: 'truthfulqa/truthful_qa', config: 'multiple_choice', split: 'validation' },
  row: z.object({ question: z.string(), mc2_targets: z.object({ choices: z.array(z.string()), labels: z.array(z.number().int()) }) }),
  prompt: truthfulQaPrompt,
  choices: ({ mc2_targets }) => mc2_targets.choices,
  gold: ({ mc2_targets }) => mc2_targets.labels.flatMap((label, index) => (label === 1 ? [index] : [])),
  target: () => '0',
  metrics: ['mc2'],
  benchmark: { title: 'TruthfulQA MC2', mainMetric: 'mc2', rowCount: 817, uses: ['Truthful question answering'] },
})
