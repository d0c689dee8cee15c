/**
 * WinoGrande: who or what a sentence is about (Sakaguchi et al. 2019, arXiv:1907.10641).
 * Contexts, continuation and metric follow lm-eval `tasks/winogrande/default.yaml` and `preprocess_winogrande.py`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { strip } from '../src/text/python-text.ts'

export default defineTask({
  name: 'winogrande',
  version: 1,
  summary: 'Who or what is the sentence about?',
  dataset: { repo: 'allenai/winogrande', config: 'winogrande_xl', split: 'validation' },
  row: z.object({ sentence: z.string().includes('_'), option1: z.string(), option2: z.string(), answer: z.enum(['1', '2']) }),
  contexts: ({ sentence, option1, option2 }) => [option1, option2].map((option) => sentence.slice(0, sentence.indexOf('_')) + option),
  continuation: ({ sentence }) => strip(sentence.slice(sentence.indexOf('_') + 1)),
  gold: ({ answer }) => Number(answer) - 1,
  metrics: ['acc'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'WinoGrande',
    mainMetric: 'acc',
    rowCount: 1267,
    chance: { uniform: 1 / 2, majority: null },
    uses: ['Common sense reasoning'],
  },
})
