/** The program as a user starts it: built, which vitest does once before all tests (test/build.ts). */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

const CLI = path.join(import.meta.dirname, '../dist/src/cli.js')

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Starts the program, in the folder of the package unless another is given; answers are kept in a folder of its own unless `env` says where. */
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

/** Runs it to its end. */
export const evalharness = (...args: string[]) => start(args).ended
