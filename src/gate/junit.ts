/** A judgement as JUnit XML, which every CI shows: a test case a rule. */
import { create } from 'xmlbuilder2'
import { describeRule, sentence } from './summary.ts'
import type { Judgement } from './judge.ts'

/** The file's text. Regressed is a failure, undecided and incomparable are errors: the rule could not be tested. */
export function junitXml({ rules }: Judgement, { baseline, candidate }: { readonly baseline: string; readonly candidate: string }): string {
  const count = (...verdicts: readonly string[]) => String(rules.filter(({ verdict }) => verdicts.includes(verdict)).length)
  const suite = create({ version: '1.0', encoding: 'UTF-8' })
    .ele('testsuites')
    .ele('testsuite', {
      name: `evalharness gate: ${candidate} against ${baseline}`,
      tests: String(rules.length),
      failures: count('regressed'),
      errors: count('undecided', 'incomparable'),
    })
  for (const rule of rules) {
    const testCase = suite.ele('testcase', { classname: rule.task, name: describeRule(rule) })
    const message = sentence(rule)
    if (rule.verdict === 'regressed') testCase.ele('failure', { message, type: rule.kind }).txt(message)
    else if (rule.verdict !== 'passed') testCase.ele('error', { message, type: rule.verdict }).txt(message)
    else testCase.ele('system-out').txt(message)
  }
  return `${suite.end({ prettyPrint: true })}\n`
}
