/** The fuzzer as a user starts it. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const FUZZ = path.join(import.meta.dirname, '../../scripts/fuzz/fuzz.ts')

/** How it ended, what it said, and the figures of its table: inputs, read, refused, failed. */
export function fuzz(...args: readonly string[]) {
  const { status, stdout } = spawnSync(process.execPath, ['--import', './scripts/typescript.js', FUZZ, ...args], { encoding: 'utf8' })
  const rows = Object.fromEntries(
    stdout.split('\n').flatMap((line) => {
      const [name, inputs, read, refused, failed] = line.split(/\s+/u)
      return /^\d+$/u.test(inputs ?? '') && /^\d+$/u.test(failed ?? '') ? [[name!, [inputs, read, refused, failed].map(Number)]] : []
    }),
  )
  return { status, stdout, rows }
}
