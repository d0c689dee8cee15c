/**
 * ARC-Challenge: science questions of school exams that retrieval and word counts answer wrongly (Clark et al. 2018, arXiv:1803.05457).
 * Prompt and metrics follow lm-eval `tasks/arc/arc_challenge.yaml`, version 1.0.
 */
import { defineTask } from '../src/task/define-task.ts'
import { arcFields } from './arc-easy.ts'

export default defineTask({
  ...arcFields,
  name: 'arc_challenge',
  summary: 'Harder science questions of school exams',
  dataset: { repo: 'allenai/ai2_arc', config: 'ARC-Challenge', split: 'test' },
  benchmark: {
    title: 'ARC-Challenge',
    mainMetric: 'acc_norm',
    rowCount: 1172,
    // Of the rows, 4 have three choices, 1,165 four and 3 five.
    chance: { uniform: (4 / 3 + 1165 / 4 + 3 / 5) / 1172, majority: null },
    uses: ['Science questions'],
  },
})
