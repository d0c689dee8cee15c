/** Word characters as Rust's own regular expressions define them. */
import { WORD } from './character-tables.ts'
import { type CharacterSet, complement, intersection, range, union, unpack } from './character-set.ts'

/** Superscripts and fractions, which only Oniguruma counts as parts of words. */
const ONLY_ONIGURUMA = union(range(0xb2, 0xb3), range(0xb9), range(0xbc, 0xbe))

let known: CharacterSet | undefined

/** `\w`: letters, marks, digits, connectors, and joiners. */
export function WORD_OF_RUST(): CharacterSet {
  known ??= union(intersection(unpack(WORD), complement(ONLY_ONIGURUMA)), range(0x200c, 0x200d))
  return known
}
