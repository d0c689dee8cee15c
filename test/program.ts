/**
 * The program as a user starts it, built (test/built-sources.ts): `evalharness` runs a command line in this process, which saves a third of a second a call;
 * `start` starts a process, for tests of what a process meets: signals, an environment, closed streams.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { main } from '../src/commands/main.ts'
import { temporaryFolder } from './temporary-folder.ts'

const CLI = path.join(import.meta.dirname, '../dist/src/cli.js')

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Starts the program, in the folder of the package unless another is given; the response cache is in a separate folder unless `env` names one. */
export function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = path.join(import.meta.dirname, '..'),
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, EVALHARNESS_CACHE: temporaryFolder(), ...env },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) }
}

/** Runs a command line to its end, in this process; responses are cached in a folder of its own. */
export async function evalharness(...args: string[]): Promise<Ended> {
  const [output, errorStream] = [captured(), captured()]
  const before = process.env['EVALHARNESS_CACHE']
  process.env['EVALHARNESS_CACHE'] = temporaryFolder()
  try {
    const code = await main(args, new AbortController().signal, { output: output.stream, errorStream: errorStream.stream, env: {} })
    return { code, out: output.text(), err: errorStream.text() }
  } finally {
    if (before === undefined) delete process.env['EVALHARNESS_CACHE']
    else process.env['EVALHARNESS_CACHE'] = before
  }
}

/** A stream that is not a terminal, and the text written to it. */
function captured(): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const chunks: string[] = []
  const stream = new PassThrough({ decodeStrings: false })
  stream.on('data', (chunk: unknown) => chunks.push(String(chunk)))
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') }
}
