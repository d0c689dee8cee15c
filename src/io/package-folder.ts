/** The folder of this package, with the files that ship with its code. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Two folders up when run from source, three when built into dist/. */
const place = ['../..', '../../..']
  .map((up) => path.join(path.dirname(fileURLToPath(import.meta.url)), up))
  .map((folder) => ({ folder, manifest: readManifest(folder) }))
  .find(({ manifest }) => manifest?.name === 'evalharness')

/** The folder of package.json; the current folder if the program was copied out of its package. */
export const PACKAGE_FOLDER = place?.folder ?? '.'

/** As npm knows it. */
export const HARNESS_VERSION = place?.manifest?.version ?? 'unknown'

function readManifest(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string }
  } catch {
    return undefined
  }
}
