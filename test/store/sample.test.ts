import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sampleRecord } from '../../src/store/sample.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('a sample has the fields of lm-eval: responses as text, hashes of row, prompt and target', () => {
  const doc = { goal: 'é', label: 1 }
  const requests = [' a', ' b'].map((continuation) => ({ kind: 'continuation' as const, context: 'Question:', continuation }))
  const item = { kind: 'choice' as const, task: 'piqa', docId: 7, doc, target: '1', choices: ['a', 'b'], gold: [1], requests }
  const logLikelihoods = [
    { logProb: -2.5, isGreedy: false, tokenCount: 1 },
    { logProb: -1, isGreedy: true, tokenCount: 1 },
  ]
  expect(sampleRecord({ item, logLikelihoods, metrics: { acc: 1 } })).toEqual({
    doc_id: 7,
    doc,
    target: '1',
    arguments: { gen_args_0: { arg_0: 'Question:', arg_1: ' a' }, gen_args_1: { arg_0: 'Question:', arg_1: ' b' } },
    resps: [[['-2.5', 'False']], [['-1.0', 'True']]],
    filtered_resps: [
      ['-2.5', 'False'],
      ['-1.0', 'True'],
    ],
    filter: 'none',
    metrics: ['acc'],
    // json.dumps(doc, indent=2, ensure_ascii=False) of Python.
    doc_hash: sha256('{\n  "goal": "é",\n  "label": 1\n}'),
    prompt_hash: sha256('Question:'),
    target_hash: sha256('1'),
    acc: 1,
  })
})
