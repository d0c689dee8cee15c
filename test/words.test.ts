/** The project uses the terms of transformers, lm-eval and vLLM. These are words of its first version that have a standard one; see CONTRIBUTING.md. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')
const FOLDERS = ['src', 'tasks', 'docs', 'test', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']

/** Beginnings of words of the first version in lower case, and the standard word. A search for literal text takes little time. */
const REPLACED: readonly (readonly [begin: string, better: string])[] = [
  ['stretch', 'chunk, shard'],
  ['exits of', 'subtree ends'],
  ['kept past', 'KV cache'],
  ['layerpast', 'KV cache'],
  ['kept answers', 'response cache'],
  ['remembering', 'caching'],
  ['bare product', 'peak GEMM rate'],
  ['bare rate', 'peak GEMM rate'],
  ['gauge', 'roofline'],
  ['worked example', 'few-shot example'],
  ['patience', 'retry policy'],
  ['roster', 'endpoint pool'],
  ['nobody left', 'no healthy endpoint'],
  ['runorder', 'run manifest'],
  ['stranger', 'untrusted input'],
  ['mend', 'fix'],
  ['held against', 'compared with'],
  ['by what ', 'say it plainly'],
  ['of these, ', 'say it plainly'],
  ['out of the split', 'of the split'],
  ['tokenis', 'American spelling'],
  ['quantis', 'American spelling'],
]

/** "The label is no number" is "is not a number"; "there is no label" stays. */
const IS_NO = /(?<!there )\bis no (?!better\b|wider\b|longer\b|text\b|list\b|roofline\b|layer\b)[a-z]+/u

/** Words that are right elsewhere, in the company that makes them wrong: a first word to search for, the whole, and the standard word. */
const IN_COMPANY: readonly (readonly [word: string, pattern: RegExp, better: string])[] = [
  ['answer', /\b(?:kept|cached|stored|remembered) answers?\b|\banswer cache\b|\banswers (?:is|are|was|were) (?:kept|cached|stored)\b/u, 'responses'],
  ['kept', /\b(?:nothing|responses?|requests?) (?:is|are|was|were) kept\b|\bkept in the cache\b/u, 'cached'],
  ['suite', /\bbuilt-in suites?\b|\bloaded suites?\b|\bsuites? of (?:rows|items)\b/u, 'tasks'],
  ['adapter', /\b(?:gpu|graphics|vulkan|webgpu|directx) adapters?\b|\badapters?: (?:readonly )?gpus?\b/u, 'GPU, device'],
  ['variant', /\b(?:model|opened|runnable|weights)!?\.variant\b|\bweights? variants?\b|\bvariants? of (?:the )?weights\b/u, 'quantized weights, adapter'],
]

/** What stays, and why. */
const ALLOWED = new Map([
  ['test/words.test.ts', 'the list itself'],
  ['CHANGELOG.md', 'names what a user may still write'],
  ['test/run/explain-missing-model.test.ts', 'a misspelled setting'],
  ['src/store/run-settings.ts', 'reads a field of older files'],
])

test('words that have a standard one are not used', () => {
  const files = execFileSync('git', ['ls-files', ...FOLDERS], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(?:ts|md)$/u.test(file) && !ALLOWED.has(file))
  const found = files.flatMap((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8').toLowerCase()
    const isNo = text.includes('is no ') ? IS_NO.exec(text) : null
    const replaced = REPLACED.filter(([begin]) => text.includes(begin) && new RegExp(`\\b${begin}`, 'u').test(text))
    const inCompany = IN_COMPANY.flatMap(([word, pattern, better]) => {
      const found = text.includes(word) ? pattern.exec(text) : null
      return found ? [`${file}: ${found[0]}: ${better}`] : []
    })
    return [...replaced.map(([begin, better]) => `${file}: ${begin}: ${better}`), ...inCompany, ...(isNo ? [`${file}: ${isNo[0]}: is not a`] : [])]
  })
  expect(found).toEqual([])
})
