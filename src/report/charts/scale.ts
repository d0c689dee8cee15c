/** Scales: from data to places in a drawing. */
import { nice, ticks, tickStep } from 'd3-array'

/** From numbers to places. */
export interface LinearScale {
  readonly position: (value: number) => number
  /** Round numbers inside the domain, ascending. */
  readonly ticks: readonly number[]
  /** A tick with as many digits as its neighbors need. */
  readonly tickText: (tick: number) => string
}

/** Contains every value; its ends are round numbers. `from` and `to` are places in the drawing. */
export function linearScale(values: readonly number[], { from, to, tickCount = 6 }: { from: number; to: number; tickCount?: number }): LinearScale {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const [low, high] = least === most ? [least - 1, most + 1] : nice(least, most, tickCount)
  const digits = Math.max(0, -Math.floor(Math.log10(tickStep(low, high, tickCount)) + 1e-9))
  return {
    position: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: ticks(low, high, tickCount),
    tickText: (tick) => tick.toFixed(digits).replace('-', '−'),
  }
}

/** A row of a drawing. */
export interface Band {
  readonly top: number
  readonly bottom: number
  readonly middle: number
}

/** Rows below each other with a gap between them; `heights` are those of the rows. */
export function bands(heights: readonly number[], { top, gap }: { top: number; gap: number }): readonly Band[] {
  let next = top
  return heights.map((height) => {
    const start = next
    next += height + gap
    return { top: start, bottom: start + height, middle: start + height / 2 }
  })
}
