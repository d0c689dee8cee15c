import { expect, test } from 'vitest'
import { create } from 'xmlbuilder2'
import { junitXml } from '../../src/gate/junit.ts'
import { failedOutcome, outcome } from './judged-outcome.ts'

test('a rule that regressed is a failure, one that could not be tested an error', () => {
  const { testsuites } = create(junitXml(outcome)).toObject() as { testsuites: { testsuite: Record<string, unknown> } }
  const { testcase, ...suite } = testsuites.testsuite as { testcase: Record<string, unknown>[] }
  expect(junitXml(outcome)).toContain('name="evalharness gate: x &amp; y against orig&lt;inal"')
  expect(suite).toMatchObject({ '@tests': '4', '@failures': '1', '@errors': '2' })
  expect(testcase.map((entry) => [entry['@classname'], entry['@name'], Object.keys(entry).at(-1)])).toEqual([
    ['piqa', 'acc_norm: retention at least 95.0 %', 'failure'],
    ['piqa', 'acc_norm: at most 3.0 points lost', 'error'],
    ['wikitext', 'word_perplexity: at most 1.100× the perplexity', 'system-out'],
    ['mmlu', 'retention at least 90.0 %', 'error'],
  ])
})

test('an outcome without a judgement is an error: nothing passes in silence', () => {
  const { testsuites } = create(junitXml(failedOutcome)).toObject() as { testsuites: { testsuite: Record<string, unknown> } }
  expect(testsuites.testsuite).toMatchObject({
    '@tests': '1',
    '@failures': '0',
    '@errors': '1',
    testcase: { error: { '@message': 'no such run: &lt;x&gt;\uFFFD', '@type': 'STORE' } },
  })
})
