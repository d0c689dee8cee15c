/** The alphabet of byte-level tokenizers: a printable byte is its own character, each other byte is a character from U+0100 on. */

const isPrintable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173)

/** The character of each byte. */
const BYTE_CHARACTERS: readonly string[] = (() => {
  let others = 0
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + others++))
})()

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text, one character each. */
export function byteCharacters(text: string): string {
  let written = ''
  for (const byte of encoder.encode(text)) written += BYTE_CHARACTERS[byte]!
  return written
}

/** Names of the tokens of single bytes, such as `<0x0A>`. */
const BYTE_TOKENS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)

/** The tokens of a text's bytes; undefined if one of them is not in the vocabulary. */
export function byteTokens(text: string, idOf: (token: string) => number | undefined): readonly number[] | undefined {
  const ids: number[] = []
  for (const byte of encoder.encode(text)) {
    const id = idOf(BYTE_TOKENS[byte]!)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}
