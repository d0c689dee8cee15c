/** Texts on which tokenizers are compared: rows of benchmarks, mixtures of what patterns and normalizers treat specially, and blocks of Unicode. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

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
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every 256th block of characters, each character next to letters, digits and spaces. */
export function blocks(next: () => number): string[] {
  const texts: string[] = []
  for (let start = 0; start < 0x3_3000; start += 192) {
    if (start >= 0xd800 && start < 0xe000) continue
    let text = ''
    for (let point = start; point < start + 64; point++) text += String.fromCodePoint(point) + ['', 'a', ' ', '1', '\u0301', "'"][Math.floor(next() * 6)]!
    if (/\p{Assigned}/u.test(String.fromCodePoint(...Array.from({ length: 64 }, (_, index) => start + index)))) texts.push(text)
  }
  return texts
}

/** Fragments and characters put together by chance. */
export function mixtures(count: number, next: () => number): string[] {
  const assigned = () => {
    const point = Math.floor(next() ** 3 * 0x2_0000)
    return point >= 0xd800 && point < 0xe000 ? 'x' : String.fromCodePoint(point)
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(next() * 14) }, () => (next() < 0.75 ? FRAGMENTS[Math.floor(next() * FRAGMENTS.length)]! : assigned())).join(''),
  )
}

/** Files of SHARED/data with rows of text, and the fields that hold it. */
const ROW_FILES: readonly (readonly [file: string, fields: readonly string[]])[] = [
  ['piqa/validation.jsonl', ['goal', 'sol1']],
  ['hellaswag/validation.jsonl', ['ctx', 'activity_label']],
  ['boolq/validation.jsonl', ['passage', 'question']],
  ['wikitext/test_document_level.jsonl', ['page']],
]

/** Of a page of Wikipedia only the beginning: without a pre-tokenizer a text is one piece. */
const LONGEST = 4000

/** The first `count` rows of each benchmark as a prompt of at most LONGEST characters; none if the files are not there. */
export function benchmarkTexts(shared: string, count: number): string[] {
  return ROW_FILES.flatMap(([name, fields]) => {
    const file = path.join(shared, 'data', name)
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').split('\n', count).filter(Boolean)
    return lines.map((line) => {
      const row = JSON.parse(line) as Record<string, string>
      return `Question: ${fields.map((field) => row[field]).join('\nAnswer: ')}`.slice(0, LONGEST)
    })
  })
}
