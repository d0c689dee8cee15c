/** Every regular expression takes time in proportion to its text, because the texts are untrusted input. recheck checks this, with automata and by fuzzing. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { checkSync } from 'recheck'
import { describe, expect, test } from 'vitest'
import { KNOWN_PATTERNS } from '../src/model/tokenizer/shared-prefixes.ts'
import { splitFiles } from '../src/data/hub-dataset.ts'
import { MODEL_SETTINGS } from '../src/model/model-settings.ts'
import { WHITE_SPACE } from '../src/text/python-text.ts'

const ROOT = path.join(import.meta.dirname, '..')

interface Found {
  readonly literals: readonly { readonly pattern: string; readonly flags: string }[]
  /** Positions of expressions that are made from text. */
  readonly made: number
}

function expressionsOf(file: string): Found {
  const literals: { pattern: string; flags: string }[] = []
  let made = 0
  const { program } = parseSync(file, readFileSync(path.join(ROOT, file), 'utf8'))
  new Visitor({
    Literal: (node) => void ('regex' in node && literals.push(node.regex)),
    NewExpression: ({ callee }) => void (made += Number(callee.type === 'Identifier' && callee.name === 'RegExp')),
    CallExpression: ({ callee }) => void (made += Number(callee.type === 'Identifier' && callee.name === 'RegExp')),
  }).visit(program)
  return { literals, made }
}

const FILES = ['src', 'tasks'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name)),
)
const FOUND = new Map(FILES.map((file) => [file, expressionsOf(file)]))

function expectLinear(pattern: string, flags: string): void {
  const found = checkSync(pattern, flags, { timeout: 20_000, randomSeed: 1 })
  expect({ pattern, ...found }).toMatchObject({ pattern, status: 'safe' })
}

test('the check tells a quadratic expression from a linear one', () => {
  expect(checkSync('[. ]+$', 'u').status).toBe('vulnerable')
  expect(checkSync(String.raw`(\w+\s?)+$`, 'u')).toMatchObject({ status: 'vulnerable', complexity: { type: 'exponential' } })
  expect(checkSync(String.raw`^[. ]+`, 'u').status).toBe('safe')
})

describe('literals are linear', { tags: ['slow'] }, () => {
  test.each([...FOUND].filter(([, { literals }]) => literals.length > 0))('%s', (_, { literals }) => {
    for (const { pattern, flags } of literals) expectLinear(pattern, flags)
  })
})

test('so are those that are made of text, of which there are these', () => {
  const found = [...FOUND].filter(([, { made }]) => made > 0).map(([file, { made }]) => [file, made] as const)
  // The order of files in a folder is that of the disk.
  expect(found.toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual([
    ['src/data/hub-dataset.ts', 1],
    ['src/metrics/word-perplexity.ts', 1],
    // Patterns of an adapter, under a time limit.
    ['src/model/runnable/adapter-config.ts', 1],
    // Two classes, each repeated.
    ['src/model/tokenizer/pre-tokenizers.ts', 1],
    // Patterns of a tokenizer, under a time limit if they are not known.
    ['src/model/tokenizer/regular-expression.ts', 1],
    ['src/run/parse-model.ts', 1],
    // A pattern of a task, of which only those are taken that end soon.
    ['src/task/lm-eval/template/regex-replace.ts', 1],
    ['src/task/lm-eval/template/text-methods.ts', 2],
    // The parser's pattern of booleans.
    ['src/task/lm-eval/yaml-file.ts', 1],
    ['src/text/python-text.ts', 3],
  ])
  for (const pattern of [
    `[${WHITE_SPACE}]+`,
    `^[${WHITE_SPACE}]+`,
    `[${WHITE_SPACE}]`,
    String.raw`\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]`,
    `,(?=(?:${MODEL_SETTINGS.join('|')})=)`,
  ])
    expectLinear(pattern, 'u')
  expectLinear(String.raw`^data/(?:validation(?:-\d{5}-of-\d{5}(?:-[0-9a-f]+)?)?\.parquet|validation/\d{4}\.parquet)$`, 'u')
  expect(splitFiles([`data/validation-00000-of-00001-${'a'.repeat(100_000)}.parque`], 'validation', undefined)).toEqual([])
})

test.each([...KNOWN_PATTERNS])('the known pre-tokenizer %s takes ten times as long for ten times the text, not a hundred', (pattern) => {
  // JavaScript has no `(?i:…)` before Node 23; its apostrophes are not what a long run could hang on.
  const expression = new RegExp(String(pattern).replace(/\(\?i:[^)]*\)/u, `(?:'[stmd]|'re|'ve|'ll)`), 'gu')
  const milliseconds = (text: string) => {
    const startedAt = performance.now()
    for (const _ of text.matchAll(expression));
    return performance.now() - startedAt
  }
  for (const run of [' ', '\n', 'a', '1', '.', "'", ' \n', 'a ', ' .']) {
    milliseconds(run.repeat(1000))
    const [short, long] = [milliseconds(run.repeat(20_000)), milliseconds(run.repeat(200_000))]
    expect.soft(long, JSON.stringify(run)).toBeLessThan(200 + 40 * short)
  }
})
