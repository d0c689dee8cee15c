/** The YAML front matter of a card. */
import { CardError } from '../../errors.ts'
import { parseYaml, type ParsedYaml } from '../../io/parse-yaml.ts'
import { errorText } from '../../text/error-text.ts'

/** The YAML between the first two `---`. */
export interface FrontMatter extends ParsedYaml {
  /** Its text starts and ends here in the card, the `---` lines not included. */
  readonly start: number
  readonly end: number
}

/** Reads it; null if there is none. Fails with CardError if it does not end or is not YAML; `file` is what errors call the card. */
export function readFrontMatter(text: string, file: string): FrontMatter | null {
  const opening = /^\uFEFF?---[ \t]*\r?\n/u.exec(text)
  if (!opening) return null
  const start = opening[0].length
  const closing = /^---[ \t]*$/mu.exec(text.slice(start))
  if (!closing) throw new CardError(`${file}: the front matter that begins in line 1 does not end`, 'Close it with a line of three dashes.')
  const end = start + closing.index
  try {
    return { ...parseYaml(text.slice(start, end)), start, end }
  } catch (cause) {
    const reason = errorText(cause)
    throw new CardError(`${file}: the front matter is not YAML: ${reason}`, 'Fix it first; the hub does not read it either.', { cause })
  }
}
