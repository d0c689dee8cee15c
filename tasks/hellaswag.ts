/**
 * HellaSwag: what happens next (Zellers et al. 2019, arXiv:1905.07830).
 * Prompt, cleaning and metrics follow lm-eval `tasks/hellaswag/hellaswag.yaml` and `utils.py`, version 1.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { capitalize, strip } from '../src/text/python-text.ts'

export default defineTask({
  name: 'hellaswag',
  version: 1,
  summary: 'What happens next?',
  dataset: { repo: 'Rowan/hellaswag', split: 'validation' },
  row: z.object({
    activity_label: z.string(),
    ctx_a: z.string(),
    ctx_b: z.string(),
    endings: z.array(z.string()).length(4),
    label: z.union([z.number().int(), z.string().regex(/^\d+$/u).transform(Number)]),
  }),
  prompt: ({ activity_label, ctx_a, ctx_b }) => clean(`${activity_label}: ${ctx_a} ${capitalize(ctx_b)}`),
  choices: ({ endings }) => endings.map(clean),
  gold: ({ label }) => label,
  metrics: ['acc', 'acc_norm'],
  shots: { split: 'train', defaultCount: 0, leavesItemOut: true },
  benchmark: {
    title: 'HellaSwag',
    mainMetric: 'acc_norm',
    rowCount: 10_042,
    chance: { uniform: 1 / 4, majority: null },
    uses: ['Common sense reasoning'],
  },
})

/** Removes WikiHow's headings and brackets; the order of the steps matters. */
function clean(text: string): string {
  return withoutBrackets(strip(text).replaceAll(' [title]', '. ')).replaceAll('  ', ' ')
}

/** Python's `re.sub(r'\[.*?\]', '', text)`: from an opening bracket to the next closing one of its line. A pattern would look for it anew from each bracket. */
function withoutBrackets(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      let result = ''
      let from = 0
      for (let open = line.indexOf('['); open >= 0; open = line.indexOf('[', from)) {
        const close = line.indexOf(']', open)
        if (close < 0) break
        result += line.slice(from, open)
        from = close + 1
      }
      return result + line.slice(from)
    })
    .join('\n')
}
