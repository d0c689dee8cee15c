/** The words of progress. */

/** How far a work is. */
export interface ProgressState {
  readonly title: string
  /** From 0 to 1; null for what has no steps. */
  readonly share: number | null
  /** What else is known: `1,017 tokens/s`. */
  readonly detail?: string | undefined
  /** `3 min 20 s`; undefined until something is done. */
  readonly left?: string | undefined
}

const BAR_WIDTH = 20

/**
 * `original · piqa ████████░░░░░░░░░░░░  41 % · 1,017 tokens/s · 12 s left`, shorter than `columns`: first the detail goes, then
 * the bar, then the time left; then the title is cut.
 */
export function progressLine({ title, share, detail, left }: ProgressState, columns: number): string {
  if (share === null) return title.length < columns ? title : `${title.slice(0, Math.max(0, columns - 2))}…`
  const [bar, percentage] = [barText(share), `${String(percent(share)).padStart(3)} %`]
  const time = left === undefined ? '' : ` · ${left} left`
  const more = detail === undefined ? '' : ` · ${detail}`
  const lines = [
    `${title} ${bar} ${percentage}${more}${time}`,
    `${title} ${bar} ${percentage}${time}`,
    `${title} ${percentage}${time}`,
    `${title} ${percentage}`,
  ]
  // A full line would make some terminals begin another one.
  const fitting = lines.find((line) => line.length < columns)
  if (fitting !== undefined) return fitting
  const room = columns - percentage.length - 3
  return room > 0 ? `${title.slice(0, room)}… ${percentage}` : percentage.trim().slice(0, Math.max(0, columns - 1))
}

/** `original · piqa: 41 % · 1,017 tokens/s · 12 min 3 s left`. */
export function minuteLine({ title, share, detail, left }: ProgressState): string {
  if (share === null) return title
  return [`${title}: ${percent(share)} %`, ...(detail === undefined ? [] : [detail]), ...(left === undefined ? [] : [`${left} left`])].join(' · ')
}

function barText(share: number): string {
  const filled = Math.floor(share * BAR_WIDTH)
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
}

/** Rounded down: what is not done is not 100 %. */
function percent(share: number): number {
  return Math.floor(share * 100)
}
