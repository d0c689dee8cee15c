import { expect, test } from 'vitest'
import { indexNodes, isOfDataset, knownIndex, resultNodes } from '../../../src/card/read/model-index.ts'
import { readCard } from '../../../src/card/read/read-card.ts'

const card = (yaml: string) => readCard(`---\n${yaml}---\n# Mine\n`, 'README.md')
const GOOD = 'model-index:\n- name: mine\n  results:\n  - dataset: {type: piqa}\n    metrics: [{value: 0.8}]\n'

test('the models of the index, as values and as nodes', () => {
  expect(knownIndex(card(GOOD))).toMatchObject([{ name: 'mine', results: [{ dataset: { type: 'piqa' }, metrics: [{ value: 0.8 }] }] }])
  const [node] = indexNodes(card(GOOD))
  expect(resultNodes(node!)).toHaveLength(1)
})

test.each(['license: mit\n', 'model-index: none\n', 'model-index:\n- name: mine\n', 'model-index:\n- 7\n'])('%j has no model with results', (yaml) =>
  expect(knownIndex(card(yaml))).toEqual([]),
)

const PIQA = { name: 'PIQA', task: 'piqa' }
const LAW = { name: 'mmlu_law', task: 'mmlu_law' }

test.each([
  [PIQA, { type: 'piqa' }, true],
  [PIQA, { name: 'PIQA', type: 'other/repository' }, true],
  [PIQA, { type: 'piqa', config: 'default' }, true],
  [PIQA, { type: 'piqa', config: 'plain_text' }, false],
  [PIQA, { type: 'boolq' }, false],
  [LAW, { type: 'cais/mmlu', config: 'mmlu_law' }, true],
  [PIQA, undefined, false],
])('the row %j is of the dataset %j: %s', (row, dataset, expected) => expect(isOfDataset(row, dataset)).toBe(expected))
