/** Which table of a card is which. */
import { CardError } from '../../errors.ts'
import type { Card, CardTable } from './read-card.ts'

/** Whether a table is of benchmarks. */
export function isBenchmarkTable({ head }: CardTable): boolean {
  return has(head, /benchmark/iu) && (has(head, /retention/iu) || has(head, /^original\b/iu))
}

/** Whether a table is of perplexities. */
export function isPerplexityTable({ head }: CardTable): boolean {
  return has(head, /^perplexity$/iu)
}

/** Whether a table is of bits per byte. */
export function isBitsTable({ head }: CardTable): boolean {
  return has(head, /^bits per byte$/iu)
}

/** Whether a table is of divergences from the original. */
export function isDivergenceTable({ head }: CardTable): boolean {
  return has(head, /^mean kl\b/iu)
}

/** Whether a table says what a model is good for. */
export function isUseCaseTable({ head }: CardTable): boolean {
  return has(head, /use case/iu)
}

/** The only table that `is` tells apart, undefined if there is none. Fails with CardError if there are several. */
export function onlyTable({ tables }: Card, name: string, is: (table: CardTable) => boolean): CardTable | undefined {
  const found = tables.filter(is)
  if (found.length > 1)
    throw new CardError(
      `the card has ${found.length} tables of ${name}, in lines ${found.map(({ line }) => line).join(' and ')}`,
      'Keep one; two may say different things.',
    )
  return found[0]
}

function has(head: readonly string[], pattern: RegExp): boolean {
  return head.some((cell) => pattern.test(cell))
}
