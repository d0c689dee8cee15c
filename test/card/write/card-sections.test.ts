/** The tables of a collapsed checkpoint's card. */
import { expect, test } from 'vitest'
import { cardSections } from '../../../src/card/write/card-sections.ts'
import { readCard } from '../../../src/card/read/read-card.ts'
import { cardContents } from '../../../src/card/write/card-contents.ts'
import { PROFILES } from '../../../src/compare/status.ts'
import type { LacoRecord } from '../../../src/prune/pruning-record.ts'
import { markdownBody } from '../../../src/text/markdown.ts'
import { citedRun } from '../../stored-runs.ts'
import { PUBLISHED_SETTINGS } from '../published-settings.ts'

/** The published card's search, as `prune laco` records one. */
const LACO = {
  method: 'laco',
  base_model: { source: 'Qwen/Qwen3-8B-Base', revision: null, architecture: 'Qwen3ForCausalLM', weights_hash: '' },
  original: { layers: 36, parameters: 8_190_735_360, bytes: 0 },
  pruned: { layers: 26, parameters: 6_261_271_040, bytes: 0 },
  layers_removed: 10,
  layer_compression: 10 / 36,
  parameter_compression: 1 - 6_261_271_040 / 8_190_735_360,
  settings: PUBLISHED_SETTINGS,
  iterations: Array.from({ length: 6 }),
  accepted: 5,
  rejected: 0,
  similarities: [0.9492, 0.9727, 0.9609, 0.9766, 0.9688, 0.9648, 0.9648, 0.9766, 0.9727, 0.9727],
} as unknown as LacoRecord

test('seven tables come out, with the figures of the published card but for its parameters', () => {
  const run = (label: string, [piqa, boolq, hellaswag, mmlu, perplexity]: readonly [number, number, number, number, number]) => {
    const cited = citedRun(label, {
      piqa: ['acc_norm', piqa],
      boolq: ['acc', boolq],
      hellaswag: ['acc_norm', hellaswag],
      mmlu: ['acc', mmlu],
      perplexity: ['perplexity', perplexity],
    })
    return { ...cited, tasks: cited.tasks.map((task) => ({ ...task, shotCount: task.name === 'mmlu' ? 5 : 0 })) }
  }
  const contents = cardContents(
    run('Qwen3-8B-Base', [0.7954, 0.8309, 0.7855, 0.7689, 26.19]),
    [run('this model', [0.6567, 0.6177, 0.4852, 0.2512, 71.48])],
    {
      profile: PROFILES.card,
    },
    { laco: LACO },
  )
  const sections = cardSections(contents, ['this model'], 'Qwen/Qwen3-8B-Base')
  const tables = sections.map(({ name, blocks }) => [
    name,
    readCard(markdownBody(blocks), 'x').tables[0]!.rows.map(({ cells }) => cells.slice(0, name === 'hyperparameters' ? 2 : 5)),
  ])
  expect(Object.fromEntries(tables)).toEqual({
    summary: [
      ['Base Model', 'Qwen/Qwen3-8B-Base'],
      ['Pruning Method', 'LaCo (Layer Collapse)'],
      ['Original Layers', '36'],
      ['Pruned Layers', '26'],
      ['Layers Removed', '10'],
      ['Compression', '27.8%'],
      ['Parameters', '6.26B (reduced from 8.19B, 23.6% fewer)'],
    ],
    'use-cases': [
      ['Physical reasoning tasks', '✅ Good (82.6% retained)'],
      ['Reading comprehension', '⚠️ Acceptable (74.3% retained)'],
      ['Common sense reasoning', '⚠️ Degraded (61.8% retained)'],
      ['Factual question answering', '❌ Not recommended'],
      ['Knowledge-intensive tasks', '❌ Not recommended'],
    ],
    hyperparameters: [
      ['MERGE_LAYERS (C)', '3'],
      ['LOWEST_LAY (L)', '4'],
      ['HIGHEST_LAY (H)', '28'],
      ['INTERVAL (I)', '2'],
      ['THRESHOLD (T)', '0.85'],
      ['MAX_COMPRESSION', '30%'],
    ],
    statistics: [
      ['Successful Merges', '5'],
      ['Rejected Merges', '0'],
      ['Total Iterations', '6'],
      ['Final Compression', '27.8%'],
    ],
    similarity: [
      ['Average', '0.9680'],
      ['Min', '0.9492'],
      ['Max', '0.9766'],
    ],
    perplexity: [
      ['Original (Qwen3-8B-Base)', '26.19', '1.00×'],
      ['Pruned (this model)', '71.48', '2.73×'],
    ],
    benchmarks: [
      ['PIQA', '79.54%', '65.67%', '82.6%', '✅ Good'],
      ['BoolQ', '83.09%', '61.77%', '74.3%', '⚠️ Acceptable'],
      ['HellaSwag', '78.55%', '48.52%', '61.8%', '⚠️ Degraded'],
      ['MMLU (5-shot)', '76.89%', '25.12%', '32.7%', '❌ Near random'],
    ],
  })
})
