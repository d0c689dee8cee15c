/** Tokenizers whose parts are drawn by chance give the ids that the Rust library gives, on rows of benchmarks and on Unicode, or are refused by name. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTokenizer } from '../../../src/model/tokenizer/tokenizer.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { pythonWith } from '../../../scripts/reference.ts'
import { attempt } from '../../reference.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const SHARED = path.resolve(process.env['EVALHARNESS_SHARED'] ?? '../shared')
const SPECIAL = { bosTokenId: 1, eosTokenId: 2, vocabularySize: 2 ** 32 }
const TOKENIZERS = Number(process.env['TOKENIZER_FUZZ_COUNT'] ?? 150)
const SEED = process.env['TOKENIZER_FUZZ_SEED'] ?? '20'
/** A tokenizer with a part that is refused tests nothing; most must not be refused. */
const LEAST_COMPARED = 0.5

const FRAGMENTS = [
  [
    "'s",
    "'RE",
    "'ſ",
    "'K",
    " don't",
    "it's",
    '\n\n',
    '  ',
    '   ',
    '\t',
    '1234',
    '12,345',
    '...',
    '?!',
    ' \n',
    '\r\n',
    'https://x.y/z',
    'camelCase',
    'snake_case',
    'Ünïcödé',
    'I’m',
  ],
  [
    '١٢٣',
    '²³',
    '½',
    '\u00a0',
    '\u0085',
    '\u180e',
    '\ufeff',
    '\u200d',
    '\u2028',
    'the',
    ' answer',
    ':',
    ' man',
    '\nQuestion:',
    ' (a)',
    ' 3.14',
    '-',
    'an',
    ' is',
    '<mask>',
    '<s>',
    '▁',
    '.*',
    '$&',
  ],
  [
    'e\u0301',
    'a\u0323\u0307',
    '\u0301',
    '각',
    '가\u11a8',
    '日本',
    '👍🏽',
    '👨‍👩‍👧',
    '🇫🇷',
    'नमस्ते',
    'ไทย',
    'العربية',
    'שלום',
    'ΟΔΟΣ',
    'İı',
    'ﬁ',
    '\u0000',
    '\u0007',
    '\u{e0041}',
    '\ue000',
    '\u{10ffff}',
    '\u{2fa1d}',
  ],
].flat()

/** A generator of numbers below 1 (mulberry32): the texts are the same in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every 256th block of characters, each character next to letters, digits and spaces. */
function blocks(next: () => number): string[] {
  const texts: string[] = []
  for (let start = 0; start < 0x3_3000; start += 192) {
    if (start >= 0xd800 && start < 0xe000) continue
    let text = ''
    for (let point = start; point < start + 64; point++) text += String.fromCodePoint(point) + ['', 'a', ' ', '1', '\u0301', "'"][Math.floor(next() * 6)]!
    if (/\p{Assigned}/u.test(String.fromCodePoint(...Array.from({ length: 64 }, (_, index) => start + index)))) texts.push(text)
  }
  return texts
}

function mixtures(count: number, next: () => number): string[] {
  const assigned = () => {
    const point = Math.floor(next() ** 3 * 0x2_0000)
    return point >= 0xd800 && point < 0xe000 ? 'x' : String.fromCodePoint(point)
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(next() * 14) }, () => (next() < 0.75 ? FRAGMENTS[Math.floor(next() * FRAGMENTS.length)]! : assigned())).join(''),
  )
}

function rows(): string[] {
  const file = path.join(SHARED, 'data/piqa/validation.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, 150)
  return lines.map((line) => JSON.parse(line) as { goal: string; sol1: string }).map(({ goal, sol1 }) => `Question: ${goal}\nAnswer: ${sol1}`)
}

const python = attempt(() => pythonWith('tokenizers==0.23.3'))

describe.skipIf(python.missing)(`against the Rust library${python.missing ? ` (${python.missing})` : ''}`, () => {
  test(`${TOKENIZERS} tokenizers: the same ids, or refused by name`, { timeout: 1_200_000 }, async () => {
    const next = generator(7)
    const texts = [...rows(), ...mixtures(700, next), ...blocks(next)]
    const folder = temporaryFolder()
    const file = path.join(folder, 'texts.json')
    writeFileSync(file, JSON.stringify(texts))
    const made = path.join(folder, 'made')
    execFileSync(python.value!, ['scripts/make-tokenizer-goldens.py', 'random', made, SEED, String(TOKENIZERS), file], {
      stdio: ['ignore', 'inherit', 'ignore'],
    })
    const refused = new Map<string, number>()
    const wrong: string[] = []
    let compared = 0
    for (const name of readdirSync(made)) {
      const place = path.join(made, name)
      const want = JSON.parse(readFileSync(path.join(place, 'ids.json'), 'utf8')) as number[][]
      try {
        const tokenizer = await readTokenizer(place, SPECIAL)
        const differing = texts.findIndex((text, index) => tokenizer.encode(text).join() !== want[index]!.join())
        compared++
        if (differing < 0) continue
        const {
          model,
          added_tokens: added,
          ...parts
        } = JSON.parse(readFileSync(path.join(place, 'tokenizer.json'), 'utf8')) as { model: { vocab: unknown; merges: unknown }; added_tokens: unknown[] }
        const given = tokenizer.encode(texts[differing]!)
        wrong.push(
          JSON.stringify({
            name,
            text: texts[differing],
            want: want[differing],
            given,
            parts,
            added: added.slice(3),
            model: { ...model, vocab: 0, merges: 0 },
          }),
        )
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error
        const reason = error.message.replace(/^\S+ /u, '').slice(0, 120)
        refused.set(reason, (refused.get(reason) ?? 0) + 1)
      }
    }
    // eslint-disable-next-line no-console -- the figures are what a reader of the run wants
    console.log(`${compared} of ${TOKENIZERS} tokenizers compared on ${texts.length} texts; refused:`, Object.fromEntries(refused))
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(LEAST_COMPARED * TOKENIZERS)
  })
})
