/** Untrusted JSON. */

/** Lists in lists, objects in objects: files of models, datasets and runs have fewer than 20. */
const MOST_DEPTH = 500

/**
 * The value of a JSON text. Fails with SyntaxError as JSON.parse does, and if values are nested deeper than 500: JSON.parse takes any depth,
 * but what is written as JSON again, compared or walked through afterwards would run out of stack.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (isTooDeep(value)) throw new SyntaxError(`values are nested deeper than ${MOST_DEPTH}`)
  return value
}

/**
 * As parseJson, and `NaN`, `Infinity` and `-Infinity`, which Python's json writes for such floats and JSON does not have:
 * each becomes a text of that name.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    const quoted = withNamesQuoted(text)
    if (quoted === text) throw error
    return parseJson(quoted)
  }
}

/** Names inside of strings stay as they are. */
function withNamesQuoted(text: string): string {
  let result = ''
  let position = 0
  let inString = false
  // Strings may be long and many, so the text is walked once, from one character of interest to the next.
  for (const { 0: found, index } of text.matchAll(/\\[^]|"|-?Infinity|NaN/gu)) {
    if (found === '"') inString = !inString
    else if (!inString && !found.startsWith('\\')) {
      result += `${text.slice(position, index)}"${found}"`
      position = index + found.length
    }
  }
  return result + text.slice(position)
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
