import { expect, test } from 'vitest'
import { differingSettings, settingsOf } from '../../src/store/run-settings.ts'

const lmEval = (fields: object) => settingsOf({ config: { model: 'hf', ...fields } })

test('arguments in another order, and as an object, are the same settings', () => {
  const [text, other, object] = [lmEval({ model_args: 'a=1,b=2' }), lmEval({ model_args: 'b=2,a=1' }), lmEval({ model_args: { b: 2, a: '1' } })]
  expect([differingSettings(text, other), differingSettings(text, object)]).toEqual([[], []])
})

test('batch sizes and limits do not change a log-likelihood, generation settings may', () => {
  expect(differingSettings(lmEval({ batch_size: 1, limit: 10 }), lmEval({ batch_size: 8 }))).toEqual([])
  expect(differingSettings(lmEval({ gen_kwargs: 'a=1' }), lmEval({}))).toEqual(['gen_kwargs a=1 against none'])
})

test('weights identify a model wherever its folder is', () => {
  const own = (source: string, weightsHash: string | null) =>
    settingsOf({ evalharness: { model: { source, revision: null, weightsHash, tokenizerHash: 't', maxLength: 128 } } })
  expect(differingSettings(own('a', 'hash'), own('b', 'hash'))).toEqual([])
  expect(differingSettings(own('a', null), own('b', null))).toEqual(['model a against b'])
})
