/** JSON of strangers. */

/** Lists in lists, objects in objects: files of models, datasets and runs have fewer than 20. */
const MOST_DEPTH = 500

/**
 * The value of a JSON text. Fails with SyntaxError as JSON.parse does, and where values are nested deeper than 500: JSON.parse takes any depth,
 * but what is written as JSON again, compared or walked through afterwards would run out of stack.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (isTooDeep(value)) throw new SyntaxError(`values are nested deeper than ${MOST_DEPTH}`)
  return value
}

/** Level by level, without calling itself. What holds itself, as YAML can, has no end. */
export function isTooDeep(value: unknown): boolean {
  let level = new Set<unknown>([value])
  for (let depth = 0; level.size > 0; depth++) {
    if (depth > MOST_DEPTH) return true
    const next = new Set<unknown>()
    for (const entry of level) {
      if (typeof entry !== 'object' || entry === null) continue
      for (const inner of Object.values(entry)) if (typeof inner === 'object' && inner !== null) next.add(inner)
    }
    level = next
  }
  return false
}
