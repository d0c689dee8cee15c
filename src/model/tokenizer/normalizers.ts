/** Normalizers: change a text before it is split (normal forms, case, accents, white space). Each matches the one of the same name in the Rust library. */
import { ACCENTS, BERT_ACCENTS, BERT_CONTROL, INERT, LOWERCASE } from './character-tables.ts'
import { has, membership, unpack, WHITE_SPACE } from './character-set.ts'
import { byteCharacters } from './bytes.ts'
import { matcherOf } from './find-matches.ts'
import { precompiled } from './precompiled.ts'
import type { NormalizerContent } from './schema.ts'

/** Returns the normalized text. */
export type Normalize = (text: string) => string

/** The normalizer of tokenizer.json; none leaves the text alone. Fails with Unsupported. */
export function makeNormalizer(content: NormalizerContent | null | undefined): Normalize {
  if (!content) return (text) => text
  switch (content.type) {
    case 'Sequence': {
      const steps = content.normalizers.map(makeNormalizer)
      return (text) => steps.reduce((before, step) => step(before), text)
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return normalForm(content.type)
    case 'Lowercase':
      return lowercase
    case 'StripAccents':
      return without(ACCENTS)
    case 'Nmt':
      return (text) => text.replaceAll(NMT_REMOVED, '').replaceAll(NMT_SPACE, ' ')
    case 'Strip':
      return strip(content.strip_left, content.strip_right)
    case 'Prepend':
      return (text) => (text === '' ? text : content.prepend + text)
    case 'ByteLevel':
      return byteCharacters
    case 'Replace':
      return replace(content)
    case 'Precompiled':
      return precompiled(content.precompiled_charsmap)
    case 'BertNormalizer':
      return bert(content)
  }
}

const NOT_ASCII = /[^\p{ASCII}]/u

/** Characters that the library's Unicode version lacks stay unchanged, and nothing is composed with them. */
function normalForm(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalize {
  const isInert = membership(unpack(INERT))
  return (text) => {
    if (!NOT_ASCII.test(text)) return text
    let written = ''
    let part = ''
    for (const character of text) {
      if (!isInert(character.codePointAt(0)!)) part += character
      else {
        written += part.normalize(form) + character
        part = ''
      }
    }
    return written + part.normalize(form)
  }
}

/** Letter by letter: no letter depends on its neighbors. */
function lowercase(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase()
  let written = ''
  for (const character of text) written += LOWERCASE[character] ?? character.toLowerCase()
  return written
}

function without(packed: string): Normalize {
  const isRemoved = membership(unpack(packed))
  return (text) => (NOT_ASCII.test(text) ? Array.from(text, (character) => (isRemoved(character.codePointAt(0)!) ? '' : character)).join('') : text)
}

// eslint-disable-next-line no-control-regex -- these are the characters
const NMT_REMOVED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/gu
// eslint-disable-next-line no-control-regex -- these are the characters
const NMT_SPACE = /[\u0009\u000a\u000c\u000d\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu

/** White space of Unicode, which is not JavaScript's. */
const isSpace = (character: string) => has(WHITE_SPACE, character.codePointAt(0)!)

function strip(left: boolean, right: boolean): Normalize {
  return (text) => {
    let [start, end] = [0, text.length]
    if (left) while (start < end && isSpace(text[start]!)) start++
    if (right) while (end > start && isSpace(text[end - 1]!)) end--
    return text.slice(start, end)
  }
}

function replace({ pattern, content }: NormalizerContent & { readonly type: 'Replace' }): Normalize {
  const find = matcherOf(pattern)
  return (text) => {
    let written = ''
    let last = 0
    for (const [start, end] of find(text)) {
      written += text.slice(last, start) + content
      last = end
    }
    return last === 0 && written === '' ? text : written + text.slice(last)
  }
}

/** Characters that BertNormalizer puts spaces around. */
const CHINESE = /[\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{f900}-\u{faff}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu

function bert({
  clean_text: clean,
  handle_chinese_chars: chinese,
  strip_accents: accents,
  lowercase: lower,
}: NormalizerContent & { type: 'BertNormalizer' }): Normalize {
  const isControl = membership(unpack(BERT_CONTROL))
  const [decompose, stripped] = [normalForm('NFD'), without(BERT_ACCENTS)]
  const cleaned = (text: string) => {
    let written = ''
    for (const character of text) if (!isControl(character.codePointAt(0)!)) written += isSpace(character) ? ' ' : character
    return written
  }
  return (text) => {
    let written = clean ? cleaned(text) : text
    if (chinese) written = written.replaceAll(CHINESE, ' $& ')
    if (accents ?? lower) written = stripped(decompose(written))
    return lower ? lowercase(written) : written
  }
}
