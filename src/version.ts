/** The version of this package, from its package.json. */
import { readFileSync } from 'node:fs'

/** Two folders up when run from source, three when built into dist/. */
const manifest = ['../package.json', '../../package.json']
  .map((file) => new URL(file, import.meta.url))
  .map(read)
  .find((content) => content?.name === 'evalharness')

/** As npm knows it. */
export const HARNESS_VERSION = manifest?.version ?? 'unknown'

function read(file: URL): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }
  } catch {
    return undefined
  }
}
