/** What the checks and findings of a card may look at. */
import type { StatusProfile } from '../../compare/status.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import type { CardFigures } from '../read/card-figures.ts'
import type { CardNote } from '../read/card-note.ts'
import type { Card } from '../read/read-card.ts'

/** A card that is verified. */
export interface CardContext {
  readonly card: Card
  readonly figures: CardFigures
  /** Null for a card that evalharness did not write. */
  readonly note: CardNote | null
  /** The one that statuses are checked with. */
  readonly profile: StatusProfile
  /** The front matter's base_model; null if it names none or several. */
  readonly base: string | null
  /** config.json of the original, if it is known. */
  readonly model: ModelConfig | undefined
}
