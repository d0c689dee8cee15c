/** A layer scan of literal figures. */
import type { LayerScan } from '../src/prune/scan/layer-scan.ts'

/** Two layers, an accuracy and a perplexity. */
export function layerScan(): LayerScan {
  const task = { shots: 0, standardError: null }
  return {
    kind: 'layer-scan',
    evalharness: '0.1.0',
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 1000,
    model: { label: 'tiny', source: './tiny', revision: null, architecture: 'LlamaForCausalLM', weightsHash: null, layerCount: 2 },
    settings: { group: 1, limit: null, maxLength: 128 },
    tasks: [
      { ...task, task: 'piqa', metric: 'acc_norm', kind: 'accuracy', items: 200, score: 0.75, chance: 0.5, correlation: 1 },
      { ...task, task: 'wikitext', metric: 'word_perplexity', kind: 'perplexity', items: 62, score: 12.3, chance: null, correlation: null },
    ],
    units: [
      {
        first: 0,
        last: 0,
        influence: 0.5,
        damage: 0.25,
        cells: [
          { score: 0.5, loss: 0.25, lossInterval: [0.1, 0.4] },
          { score: 24.6, loss: Math.log(2), lossInterval: [Math.log(1.5), Math.log(2.5)] },
        ],
      },
      {
        first: 1,
        last: 1,
        influence: 0.1,
        damage: -0.05,
        cells: [
          { score: 0.8, loss: -0.05, lossInterval: [-0.09, 0.01] },
          { score: 12.3, loss: 0, lossInterval: [0, 0] },
        ],
      },
    ],
    correlation: 1,
    influenceTokens: 4096,
    work: { layerPassesAsked: 10, layerPassesDistinct: 5, layerPassesComputed: 5 },
    notes: [],
  }
}
