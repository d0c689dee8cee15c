/** Recomputes a card from itself: each cell's arithmetic, and what its figures mean. */
import type { ModelConfig } from '../../model/config/config.ts'
import { lookUp } from '../../io/look-up.ts'
import { PROFILES, type StatusProfile } from '../../compare/status.ts'
import { baseModelOf, cardFigures } from '../read/card-figures.ts'
import { readNote } from '../read/card-note.ts'
import type { CheckedCell } from './checked-cell.ts'
import { cardFindings, type Finding } from './findings.ts'
import { modelCells } from './model-checks.ts'
import { KNOWN_MODELS } from './published-figures.ts'
import type { Card } from '../read/read-card.ts'
import { scoreCells } from './score-checks.ts'

/** All that was found. */
export interface CardVerdict {
  readonly cells: readonly CheckedCell[]
  readonly findings: readonly Finding[]
}

/** Checks a card with the words of `profile`, by default of the one that it was written with, else `card`. `config` is the original's, where it is not a known model. Fails with CardError. */
export async function verifyCard(card: Card, profile?: StatusProfile, config?: ModelConfig): Promise<CardVerdict> {
  const figures = cardFigures(card)
  const note = readNote(card)
  const used = profile ?? note?.profile ?? PROFILES.card
  const base = baseModelOf(card)
  const model = config ?? (base === null ? undefined : lookUp(KNOWN_MODELS, base.toLowerCase()))
  return {
    cells: [...scoreCells(card, figures, used, note), ...(await modelCells(card, figures, model))],
    findings: cardFindings(card, figures, base, model, used),
  }
}
