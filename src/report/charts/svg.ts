/** SVG as text: elements with escaped attributes, and the frame that every chart has. */
import { markup, type Html } from '../markup.ts'

/** Attributes by name; `undefined` leaves one out. */
type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element; attributes and text are escaped, numbers have at most two digits after the point. */
export function element(name: string, attributes: Attributes, ...children: readonly (Html | string)[]): Html {
  const pairs = Object.entries(attributes).map(([key, value]) => (value === undefined ? '' : markup` ${raw(key)}="${attributeText(value)}"`))
  return markup`<${raw(name)}${pairs.map(asHtml)}>${children.map(asHtml)}</${raw(name)}>`
}

/** Text at a point; by default it starts there, on the baseline. */
export function text(x: number, y: number, content: string, attributes: Attributes = {}): Html {
  return element('text', { x, y, fill: COLORS.ink, ...attributes }, content)
}

/** A straight line. */
export function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], attributes: Attributes): Html {
  return element('line', { x1, y1, x2, y2, ...attributes })
}

/** What a chart says of itself to who cannot see it, and its size. */
export interface ChartFrame {
  /** Begins the ids of the chart's elements: one chart of a page each. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** In units of the drawing, which are pixels at full size. */
  readonly width: number
  readonly height: number
}

/**
 * The whole chart. A screen reader announces it as one image with title and description. It refers to nothing outside itself, and its colors are
 * the page's CSS variables, with the light ones for where there is no page.
 */
export function chart({ id, title, description, width, height }: ChartFrame, content: readonly Html[]): Html {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${attributeText(width)} ${attributeText(height)}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`,
      'font-family': 'system-ui, sans-serif',
      'font-size': FONT_SIZE,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-description` }, description),
    ...content,
  )
}

/** Of all text in charts, in units of the drawing. */
export const FONT_SIZE = 12

/** Variables of html/style.ts. */
export const COLORS = { ink: 'var(--ink, #1c2024)', soft: 'var(--soft, #5b6570)', line: 'var(--line, #c9ced4)' } as const

const SERIES_COLORS = ['#2f7fd6', '#c46f17', '#338a4b', '#a45fc0', '#c8484e', '#857431']

/** Color of a model, by its position; after six they begin again. */
export function seriesColor(series: number): string {
  const index = series % SERIES_COLORS.length
  return `var(--series-${index + 1}, ${SERIES_COLORS[index]})`
}

/** A model's sign at a point: its shape tells models apart when colors do not. `label` is what a pointer over it shows. */
export function seriesMark(series: number, x: number, y: number, label?: string): Html {
  const shape = SHAPES[series % SHAPES.length]!
  return element('path', { d: shape(x, y), fill: seriesColor(series) }, ...(label === undefined ? [] : [element('title', {}, label)]))
}

const SHAPES: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${at(x - 5, y)}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`,
  (x, y) => `M${at(x - 4.5, y - 4.5)}h9v9h-9z`,
  (x, y) => `M${at(x, y - 6)}l6 6l-6 6l-6 -6z`,
  (x, y) => `M${at(x, y - 5.5)}l6 10.5h-12z`,
]

/** A point of a path, in hundredths. */
export function at(x: number, y: number): string {
  return `${attributeText(x)} ${attributeText(y)}`
}

/** A value of an attribute; numbers in hundredths. */
export function attributeText(value: string | number): string {
  return typeof value === 'string' ? value : String(Math.round(value * 100) / 100)
}

function asHtml(part: Html | string): Html {
  return typeof part === 'string' ? markup`${part}` : part
}

function raw(name: string): Html {
  return { html: name }
}
