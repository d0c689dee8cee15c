/** What a written card says to `card verify` alone, in a comment: by which profile its statuses are, and which models of the model-index are its own. */
import { z } from 'zod'
import { parseProfile, profileFields } from '../../compare/parse-profile.ts'
import { PROFILES, type StatusProfile } from '../../compare/status.ts'
import { CardError, UsageError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import type { Card } from './read-card.ts'

/** The comment's content. */
export interface CardNote {
  readonly profile: StatusProfile
  /** Names in the model-index. */
  readonly models: readonly string[]
}

const OPENING = '<!-- evalharness:card '
const CLOSING = ' -->'

/** The comment. */
export function noteComment({ profile, models }: CardNote): string {
  const isBuiltIn = Object.values(PROFILES).includes(profile)
  const content = JSON.stringify({ profile: isBuiltIn ? profile.name : profileFields(profile), models })
  // A comment ends at two dashes and an angle bracket, wherever they are.
  return `${OPENING}${content.replaceAll(/[<>-]/gu, (sign) => `\\u00${sign.codePointAt(0)!.toString(16)}`)}${CLOSING}`
}

const noteSchema = z.looseObject({ profile: z.union([z.enum(['default', 'card']), z.looseObject({})]), models: z.array(z.string()) })

/** The card's note; null if it has none. Fails with CardError on one that cannot be read. */
export function readNote(card: Card): CardNote | null {
  const [found] = card.html.filter(({ text }) => text.startsWith(OPENING) && text.trimEnd().endsWith(CLOSING))
  if (!found) return null
  const json = found.text.trimEnd().slice(OPENING.length, -CLOSING.length)
  try {
    const { profile, models } = noteSchema.parse(parseJson(json))
    return { profile: typeof profile === 'string' ? PROFILES[profile] : parseProfile(JSON.stringify(profile), 'the profile in the card'), models }
  } catch (cause) {
    const reason = cause instanceof UsageError ? `: ${cause.message}` : ''
    throw new CardError(`the comment "${OPENING.trim()} …" of the card cannot be read${reason}`, 'Remove it, or write the card again.', { cause })
  }
}
