/** What slow suites need from outside, or the reason why it is not there: a suite without it is skipped, and says so by its name. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pythonWith, smolLM2 } from '../scripts/reference.ts'

/** Something that may be missing. */
export type Reference = { readonly value: string; readonly missing?: undefined } | { readonly value?: undefined; readonly missing: string }

const SHARED = path.resolve(process.env['EVALHARNESS_SHARED'] ?? '../shared')

/** The folder of SmolLM2-135M. */
export function realCheckpoint(): Reference {
  if (!existsSync(path.join(SHARED, 'models'))) return { missing: `no ${SHARED}/models` }
  return attempt(() => smolLM2(SHARED))
}

/** A Python with torch and transformers. */
export function transformersPython(): Reference {
  return attempt(() => pythonWith('torch==2.13.0', 'transformers==5.23.0'))
}

/** The built program (test/built-sources.ts): it is what users have, and its memory is theirs. */
export const BUILT_PROGRAM = path.resolve('dist/src/cli.js')

/** What `make` gives, or the first line of why it cannot. */
export function attempt(make: () => string): Reference {
  try {
    return { value: make() }
  } catch (error) {
    return { missing: error instanceof Error ? error.message.split('\n')[0]! : String(error) }
  }
}
