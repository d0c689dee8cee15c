/**
 * RTE: does a text entail a sentence (Dagan et al. 2005 and later; GLUE, Wang et al. 2018, arXiv:1804.07461)?
 * Prompt and metric follow lm-eval `tasks/glue/rte/default.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'rte',
  version: 1,
  summary: 'Does a text entail a sentence?',
  dataset: { repo: 'nyu-mll/glue', config: 'rte', split: 'validation' },
  row: z.object({ sentence1: z.string(), sentence2: z.string(), label: z.number().int() }),
  prompt: ({ sentence1, sentence2 }) => `${sentence1}\nQuestion: ${sentence2} True or False?\nAnswer:`,
  choices: () => ['True', 'False'],
  gold: ({ label }) => label,
  metrics: ['acc'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'RTE',
    mainMetric: 'acc',
    rowCount: 277,
    chance: { uniform: 1 / 2, majority: 146 / 277 },
    uses: ['Natural language inference'],
  },
})
