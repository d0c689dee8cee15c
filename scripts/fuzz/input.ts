/** An input: which it is, what files it has, and if they are written. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mutateFiles, type Files } from './mutate.ts'
import { seededRandom } from './random.ts'
import type { FuzzTarget } from './target.ts'

/** Which input: the same numbers make the same one. */
export interface InputName {
  readonly target: string
  readonly seed: number
  readonly index: number
}

/** An input as its files: unchanged seeds among them, so that a target which refuses everything is seen. */
export function inputFiles(target: FuzzTarget, { seed, index }: InputName): Files {
  const random = seededRandom(seed, target.name, index)
  const original = random.oneOf(target.seeds)
  return index % 50 === 0 ? original : mutateFiles(original, random, target.links ?? false)
}

/** Writes an input's files below `folder`. */
export function writeInput(files: Files, folder: string): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (Buffer.isBuffer(content)) writeFileSync(file, content)
    else symlinkSync(content.link, file)
  }
}
