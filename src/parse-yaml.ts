/** YAML of strangers. */
import { parseDocument, type Document } from 'yaml'
import { isTooDeep } from './parse-json.ts'

/** A text as a document and as plain data. */
export interface ParsedYaml {
  readonly document: Document
  readonly content: unknown
}

/**
 * Parses a text. Fails with an Error that says why: text that is no YAML, keys that stand twice, aliases that grow beyond a hundred times what
 * they name, nesting that goes deeper than the stack.
 */
export function parseYaml(text: string): ParsedYaml {
  try {
    const document = parseDocument(text, { uniqueKeys: true, keepSourceTokens: true })
    const [problem] = document.errors
    if (problem?.code === 'RESOURCE_EXHAUSTION') throw new RangeError(problem.message)
    if (problem) throw problem
    const content: unknown = document.toJS()
    if (isTooDeep(content)) throw new RangeError('values are nested too deeply, or hold themselves')
    return { document, content }
  } catch (cause) {
    // The parser ran out of stack.
    if (cause instanceof RangeError) throw new Error('values are nested too deeply, or hold themselves', { cause })
    throw cause
  }
}
