/** What the counts of a dry run mean, to print below them. */

/** How every dry run calls what would be computed. */
const PLANNED = 'planned = what is computed'

/** A line on tokens; without `withPlanned` for a command that does not count those that are computed. */
export function tokenLegend({ withPlanned = true } = {}): string {
  return `tokens: asked = of each request on its own, distinct = with a beginning that requests share counted once${withPlanned ? `, ${PLANNED}` : ''}`
}

/** A line on layer passes, likewise. */
export function layerLegend(): string {
  return `layer passes: tokens × layers; distinct = with layers that models share counted once too, ${PLANNED}`
}
