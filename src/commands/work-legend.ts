/** What the counts of a dry run mean, to print below them. */

/** A line on tokens; `computed` is how the command calls those that are computed, null if it does not count them. */
export function tokenLegend(computed: 'planned' | null): string {
  const last = computed === null ? '' : `, ${computed} = what is computed`
  return `tokens: asked = of each request on its own, distinct = with a beginning that requests share counted once${last}`
}

/** A line on layer passes, likewise. */
export function layerLegend(computed: 'planned' | 'computed'): string {
  return `layer passes: tokens × layers; distinct = with layers that models share counted once too, ${computed} = what is computed`
}
