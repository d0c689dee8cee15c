/** The process that reads hostile inputs: one message an input, one reply. The process above it watches its time and its memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { HarnessError } from '../../src/errors.ts'
import { inputFiles, writeInput, type InputName } from './input.ts'
import { watchPaths } from './path-watch.ts'
import type { FuzzTarget } from './target.ts'

/** The result of an input. */
export type Outcome =
  | { readonly kind: 'read' | 'refused' }
  /** `signature` is alike for failures of one cause. */
  | { readonly kind: 'failed'; readonly signature: string; readonly detail: string }

/** The reply to an input. */
export interface Answer {
  readonly outcome: Outcome
  readonly elapsedMs: number
  /** The most that this process has held, in bytes. */
  readonly peakBytes: number
}

/** Reads one input with its target and judges the result. */
async function readInput(target: FuzzTarget, name: InputName): Promise<Outcome> {
  const place = mkdtempSync(path.join(SCRATCH, 'input-'))
  const folder = path.join(place, 'given')
  mkdirSync(folder)
  writeFileSync(path.join(place, 'outside.safetensors'), '')
  writeInput(inputFiles(target, name), folder)
  watch.begin([folder, REPOSITORY])
  let outcome: Outcome
  try {
    await target.read(folder)
    outcome = { kind: 'read' }
  } catch (error) {
    outcome = error instanceof HarnessError ? checkMessage(error) : failed(error)
  }
  // Downloads that were under way when one of them failed go on for a moment, into the folder of the input before.
  const outside = watch.end().filter((file) => path.relative(SCRATCH, file).split(path.sep)[1] !== 'given')
  rmSync(place, { recursive: true, force: true })
  const grown = Object.getOwnPropertyNames(Object.prototype).filter((key) => !PROTOTYPE.has(key))
  if (grown.length > 0) return { kind: 'failed', signature: `Object.prototype has ${grown.join()}`, detail: '' }
  if (outside.length > 0) return { kind: 'failed', signature: 'a path outside the folder given', detail: outside.join('\n') }
  return outcome
}

/** A refusal names what is wrong and what to do, in a length that a reader takes. */
function checkMessage({ message, hint }: HarnessError): Outcome {
  if (message.trim() === '' || hint.trim() === '') return { kind: 'failed', signature: 'an error without message or hint', detail: `${message} ${hint}` }
  if (message.length > LONGEST_MESSAGE) return { kind: 'failed', signature: 'an error as long as its input', detail: message.slice(0, 2000) }
  return { kind: 'refused' }
}

/** More than any message of honest files has. */
const LONGEST_MESSAGE = 20_000

function failed(error: unknown): Outcome {
  if (!(error instanceof Error)) return { kind: 'failed', signature: String(error), detail: '' }
  const place = /\((?:file:\/\/)?([^)]*)\)|at (?:file:\/\/)?(\S+)$/mu.exec(
    error.stack?.split('\n    at ').slice(1).join('\n    at ').replace(/^/u, 'at ') ?? '',
  )
  const own = error.stack?.split('\n').find((line) => /\/(?:src|tasks|scripts)\//u.test(line) && !line.includes('node_modules'))
  return {
    kind: 'failed',
    signature: `${error.name}: ${error.message.slice(0, 80)} ${(own ?? place?.[0] ?? '').trim()}`,
    detail: error.stack?.slice(0, 3000) ?? '',
  }
}

const REPOSITORY = path.join(import.meta.dirname, '../..')
const PROTOTYPE = new Set(Object.getOwnPropertyNames(Object.prototype))
const SCRATCH = mkdtempSync(path.join(os.tmpdir(), 'evalharness-fuzz-'))
const watch = watchPaths()

const { fuzzTargets } = (await import(pathToFileURL(process.argv[2]!).href)) as typeof import('./targets.ts')
const targets = new Map(fuzzTargets().map((target) => [target.name, target]))

process.on('message', (name: InputName) => {
  const startedAt = performance.now()
  void readInput(targets.get(name.target)!, name).then((outcome) => {
    const answer: Answer = { outcome, elapsedMs: performance.now() - startedAt, peakBytes: process.resourceUsage().maxRSS * 1024 }
    process.send!(answer)
  })
})
process.on('disconnect', () => {
  rmSync(SCRATCH, { recursive: true, force: true })
  process.exit(0)
})
process.on('unhandledRejection', (error) => {
  process.send!({
    outcome: { kind: 'failed', signature: `unhandled: ${String(error)}`, detail: error instanceof Error ? (error.stack ?? '') : '' },
    elapsedMs: 0,
    peakBytes: 0,
  } satisfies Answer)
})
process.send!('ready')
