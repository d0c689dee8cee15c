/** Untrusted YAML. */
import { parseDocument, type Document, type DocumentOptions, type ParseOptions, type SchemaOptions } from 'yaml'
import { isTooDeep } from './parse-json.ts'
import { OutOfTime, timeLimit } from './time-limit.ts'

/** A text as a document and as plain data. */
export interface ParsedYaml {
  readonly document: Document
  readonly content: unknown
}

/** Options of the parser: version and tags. */
export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions

/** Keys in keys become texts of texts: 400 of them take nine seconds. Policies, profiles and front matter take some milliseconds. */
const inTime = timeLimit(3000)

/**
 * Parses a text. Fails with an Error that says why: text that is not YAML, repeated keys, aliases that grow beyond a hundred times what
 * they name, nesting that goes deeper than the stack or takes longer than three seconds.
 */
export function parseYaml(text: string, options: YamlOptions = {}): ParsedYaml {
  try {
    return inTime(() => parse(text, options))
  } catch (cause) {
    // The parser ran out of stack or of time.
    if (cause instanceof RangeError || cause instanceof OutOfTime) throw new Error('values are nested too deeply, or hold themselves', { cause })
    throw cause
  }
}

function parse(text: string, options: YamlOptions): ParsedYaml {
  const document = parseDocument(text, { uniqueKeys: true, keepSourceTokens: true, ...options })
  const [problem] = document.errors
  if (problem?.code === 'RESOURCE_EXHAUSTION') throw new RangeError(problem.message)
  if (problem) throw problem
  const content: unknown = document.toJS()
  if (isTooDeep(content)) throw new RangeError('nested too deeply, or holds itself')
  return { document, content }
}
