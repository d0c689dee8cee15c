/** Signs of statuses as drawings, so that they need no font with emoji. */
import type { Status } from '../../compare/comparison.ts'
import { markup, type Html } from '../markup.ts'

/** Paths in a square of 16, and the class that colors them; by the emoji of profiles. */
const DRAWINGS: ReadonlyMap<string, { readonly name: string; readonly path: string }> = new Map([
  ['✅', { name: 'good', path: 'M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8zM6.9 11.4 3.7 8.2l1.2-1.2 2 2 4.2-4.3 1.2 1.2z' }],
  ['⚠️', { name: 'warning', path: 'M8 1 .6 14.6h14.8zM7.2 6h1.6v4.4H7.2zM7.2 11.6h1.6v1.6H7.2z' }],
  [
    '❌',
    {
      name: 'bad',
      path: 'M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8zM5.5 4.2 8 6.7l2.5-2.5 1.3 1.3L9.3 8l2.5 2.5-1.3 1.3L8 9.3l-2.5 2.5-1.3-1.3L6.7 8 4.2 5.5z',
    },
  ],
  [
    '❔',
    {
      name: 'unsure',
      path: 'M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8zM7.2 9.6C7.2 8 9.4 8 9.4 6.4c0-1.6-2.7-1.6-2.8.2H5c.1-3.8 6-3.7 6 0C11 8.7 8.8 8.6 8.8 9.6zM7.2 10.8h1.6v1.6H7.2z',
    },
  ],
])

/** A status with its sign; a sign that no drawing exists for stays text. */
export function statusText({ sign, name }: Status): Html {
  const drawing = DRAWINGS.get(sign)
  if (!drawing) return markup`${`${sign} ${name}`.trim()}`
  return markup`<svg class="sign ${drawing.name}" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${drawing.path}" /></svg> ${name}`
}
