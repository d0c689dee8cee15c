/** The character map of SentencePiece: a double-array trie of the texts to replace, then their replacements (the Rust crate spm_precompiled). */
import { Unsupported } from './unsupported.ts'

/** Longest clusters of characters that are looked up as one, in bytes. */
const MOST_BYTES = 5

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Replaces the texts that the map names. Fails with Unsupported on a damaged map. */
export function precompiled(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64')
  const size = bytes.length >= 4 ? bytes.readUInt32LE(0) : -1
  if (size < 0 || size % 4 !== 0 || size === 0 || 4 + size > bytes.length) throw new Unsupported('a damaged map of characters')
  const trie = Uint32Array.from({ length: size / 4 }, (_, index) => bytes.readUInt32LE(4 + 4 * index))
  const texts = bytes.subarray(4 + size)
  const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' })
  const known = new Map<string, string | undefined>()
  const replacement = (part: string): string | undefined => {
    if (known.has(part)) return known.get(part)
    const found = shortestPrefix(trie, encoder.encode(part))
    const text = found === undefined ? undefined : textAt(texts, found)
    known.set(part, text)
    return text
  }
  const one = (cluster: string): string => {
    const whole = encoder.encode(cluster).length <= MOST_BYTES ? replacement(cluster) : undefined
    if (whole !== undefined) return whole
    let written = ''
    for (const character of cluster) written += replacement(character) ?? character
    return written
  }
  return (text) => {
    let written = ''
    for (const { segment } of clusters.segment(text)) written += one(segment)
    return written
  }
}

/** The value of the shortest key that the bytes begin with. */
function shortestPrefix(trie: Uint32Array, key: Uint8Array): number | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & (1 << 9)) >>> 6)
  let place = offset(trie[0]!)
  for (const byte of key) {
    if (byte === 0) return undefined
    place ^= byte
    const unit = trie[place] ?? 0
    if ((unit & 0x8000_00ff) >>> 0 !== byte) return undefined
    place ^= offset(unit)
    if (((unit >>> 8) & 1) === 1) return (trie[place] ?? 0) & 0x7fff_ffff
  }
  return undefined
}

function textAt(texts: Buffer, start: number): string {
  const end = texts.indexOf(0, start)
  try {
    return decoder.decode(texts.subarray(start, end < 0 ? undefined : end))
  } catch (cause) {
    throw new Unsupported('a damaged map of characters', { cause })
  }
}
