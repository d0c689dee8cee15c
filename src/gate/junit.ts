/** A judgement as JUnit XML, which every CI shows: a test case a rule. */
import { create } from 'xmlbuilder2'
import type { GateOutcome } from './outcome.ts'
import { describeRule, sentence } from './summary.ts'

/**
 * The file's text. A regressed rule is a failure; undecided and incomparable rules are errors, because they could not be tested. A gate without a
 * judgement has one test case, with the error.
 */
export function junitXml({ judgement, error, notes, names: { baseline, candidate } }: Pick<GateOutcome, 'judgement' | 'error' | 'notes' | 'names'>): string {
  const rules = judgement?.rules ?? []
  const count = (...verdicts: readonly string[]) => rules.filter(({ verdict }) => verdicts.includes(verdict)).length
  const suite = create({ version: '1.0', encoding: 'UTF-8' })
    .ele('testsuites')
    .ele('testsuite', {
      name: xmlText(`evalharness gate: ${candidate} against ${baseline}`),
      tests: String(rules.length + (error ? 1 : 0)),
      failures: String(count('regressed')),
      errors: String(count('undecided', 'incomparable') + (error ? 1 : 0)),
    })
  for (const rule of rules) {
    const testCase = suite.ele('testcase', { classname: xmlText(rule.task), name: xmlText(describeRule(rule)) })
    const message = xmlText(sentence(rule))
    if (rule.verdict === 'regressed') testCase.ele('failure', { message, type: rule.kind }).txt(message)
    else if (rule.verdict !== 'passed') testCase.ele('error', { message, type: rule.verdict }).txt(message)
    else testCase.ele('system-out').txt(message)
  }
  if (error)
    suite
      .ele('testcase', { classname: 'gate', name: 'evalharness gate' })
      .ele('error', { message: xmlText(error.message), type: error.code })
      .txt(xmlText(`${error.message}\n${error.hint}`))
  if (notes.length > 0) suite.ele('system-out').txt(xmlText(notes.join('\n')))
  return `${suite.end({ prettyPrint: true })}\n`
}

/** XML allows no control characters except tabs and line ends, not even escaped; messages may contain values from files. */
function xmlText(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
}
