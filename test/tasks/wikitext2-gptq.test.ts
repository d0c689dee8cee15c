import path from 'node:path'
import { expect, test } from 'vitest'
import wikitext2Gptq from '../../tasks/wikitext2-gptq.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const TEXT = path.join(import.meta.dirname, 'valley.raw')

test('the rows of WikiText are joined by empty lines: a line keeps its line break, a line of white space is empty', async () => {
  const { parts } = await loadTask(wikitext2Gptq, { dataFiles: { wikitext2_gptq: TEXT }, limit: 5 })
  expect(parts[0]!.items[0]!.requests).toEqual([
    {
      kind: 'corpus',
      windowLength: 2048,
      text: '\n\n = Thornby = \n\n\n\n\n Thornby is a town in the east of the valley . It is known for its bells , and it is proud of its old fountain . \n\n\n Lena comes from Thornby . She begins the day with toast , and she earns a living as a sweeper . \n',
    },
  ])
})

// python scripts/corpus-perplexity.py demo/model test/tasks/valley.raw 0 32 float64 (torch 2.13.0, transformers 5.24.0)
test('the perplexity is that of transformers over windows of 32 tokens, each an item', { tags: ['slow'] }, async () => {
  const what = ['--tasks', 'wikitext2_gptq', '--data', `wikitext2_gptq=${TEXT}`, '--max-length', '32']
  const how = ['--device', 'cpu', '--no-cache', '--json', '--output', temporaryFolder()]
  const { out, code, err } = await evalharness('run', '--model', 'demo=demo/model', ...what, ...how)
  expect(code, err).toBe(0)
  const { demo } = JSON.parse(out) as { demo: { results: Record<string, Record<string, number>>; 'n-samples': Record<string, { effective: number }> } }
  expect(Math.log(demo.results['wikitext2_gptq']!['token_perplexity,none']!)).toBeCloseTo(Math.log(876.369842), 5)
  expect(demo['n-samples']['wikitext2_gptq']!.effective).toBe(3)
  expect(err).toMatch(/wikitext2_gptq: the last \d+ tokens of the text fill no window and are not scored/u)
})
