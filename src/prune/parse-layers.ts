/** `--layers`: which layers to drop. */
import { UsageError } from '../errors.ts'

/** Parses `17-26` or `3,5,8-10`; layers count from 0. Fails with UsageError. */
export function parseLayers(text: string): ReadonlySet<number> {
  const layers = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/u.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first))
      throw new UsageError(`--layers ${text}: ${JSON.stringify(part)} is neither a layer nor a range of layers`, 'Give --layers 17-26, or --layers 3,5,8-10.')
    for (let layer = Number(first); layer <= Number(last); layer++) layers.add(layer)
  }
  return layers
}
