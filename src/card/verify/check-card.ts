/** Verifies a card from itself: whether its cells agree with each other, and what its figures mean. Needs no model. */
import { PROFILES, type StatusProfile } from '../../compare/status.ts'
import { lookUp } from '../../io/look-up.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { baseModelOf } from '../read/base-model.ts'
import { cardFigures } from '../read/card-figures.ts'
import { readNote } from '../read/card-note.ts'
import type { Card } from '../read/read-card.ts'
import type { CardContext } from './card-context.ts'
import type { CheckedCell } from './checked-cell.ts'
import { baseModelCells } from './checks/base-model-check.ts'
import { benchmarkCells } from './checks/benchmark-checks.ts'
import { divergenceCells } from './checks/divergence-checks.ts'
import { layerCells } from './checks/layer-checks.ts'
import { modelIndexCells } from './checks/model-index-checks.ts'
import { configCells } from './checks/parameter-checks.ts'
import { perplexityCells } from './checks/perplexity-checks.ts'
import { searchCells } from './checks/search-checks.ts'
import { similarityCells } from './checks/similarity-checks.ts'
import { useCaseCells } from './checks/use-case-checks.ts'
import { chanceFindings } from './findings/chance-findings.ts'
import { citedScoreFindings } from './findings/cited-score-findings.ts'
import type { Finding } from './findings/finding.ts'
import { itemCountFindings } from './findings/item-count-findings.ts'
import { parameterFindings } from './findings/parameter-findings.ts'
import { perplexityFindings } from './findings/perplexity-findings.ts'
import { statusFindings } from './findings/status-findings.ts'
import { KNOWN_MODELS } from './published-figures.ts'

/** Everything that was found. */
export interface CardVerdict {
  readonly cells: readonly CheckedCell[]
  readonly findings: readonly Finding[]
}

/** In the order of their output. A new check is a file and a line here. */
const CHECKS: readonly ((context: CardContext) => CheckedCell[] | Promise<CheckedCell[]>)[] = [
  benchmarkCells,
  modelIndexCells,
  perplexityCells,
  divergenceCells,
  useCaseCells,
  baseModelCells,
  layerCells,
  searchCells,
  similarityCells,
  configCells,
]

/** In the order of their output. */
const FINDINGS: readonly ((context: CardContext) => Finding[])[] = [
  citedScoreFindings,
  chanceFindings,
  itemCountFindings,
  parameterFindings,
  perplexityFindings,
  statusFindings,
]

/**
 * Checks a card. Statuses are checked with `profile`: by default the one that evalharness wrote the card with, else `card`. `config` is the original's;
 * by default it is looked up by base_model. Fails with CardError.
 */
export async function checkCard(card: Card, profile?: StatusProfile, config?: ModelConfig): Promise<CardVerdict> {
  const note = readNote(card)
  const base = baseModelOf(card)
  const model = config ?? (base === null ? undefined : lookUp(KNOWN_MODELS, base.toLowerCase()))
  const context: CardContext = { card, figures: cardFigures(card), note, profile: profile ?? note?.profile ?? PROFILES.card, base, model }
  const cells: CheckedCell[] = []
  for (const check of CHECKS) cells.push(...(await check(context)))
  return { cells, findings: FINDINGS.flatMap((find) => find(context)) }
}
