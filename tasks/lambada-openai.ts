/**
 * LAMBADA, in OpenAI's form: the last word of a passage (Paperno et al. 2016, arXiv:1606.06031).
 * Prompt and metrics follow lm-eval `tasks/lambada/lambada_openai.yaml`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'lambada_openai',
  version: 1,
  summary: 'The last word of a passage',
  dataset: { repo: 'EleutherAI/lambada_openai', config: 'default', split: 'test', file: 'lambada/{split}' },
  row: z.object({ text: z.string().includes(' ') }),
  prompt: ({ text }) => text.slice(0, text.lastIndexOf(' ')),
  continuation: ({ text }) => text.slice(text.lastIndexOf(' ')),
  metrics: ['perplexity', 'acc'],
  // lm-eval names no split of examples and so draws from the scored one, without leaving the item out of the draw.
  shots: { split: 'test', defaultCount: 0, leavesItemOut: false },
  benchmark: { title: 'LAMBADA', mainMetric: 'acc', rowCount: 5153, uses: ['Text with long context'] },
})
