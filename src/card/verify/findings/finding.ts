/** What a reader of a card should know beyond its cells. */

/** One remark on a card. */
export interface Finding {
  /** Stable, for machines. */
  readonly id: string
  /** `wrong`: the card contradicts itself or a fact. `misleading`: true, but it means less than it says. `note`: good to know. */
  readonly kind: 'wrong' | 'misleading' | 'note'
  /** A sentence or two. */
  readonly text: string
}
