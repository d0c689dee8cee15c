/** Folders that the program makes in the temporary directory, and those that a killed one left (src/io/temporary-folder.ts, src/io/at-exit.ts). */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test, vi } from 'vitest'
import { isRunning } from '../../src/io/is-running.ts'
import { makeTemporaryFolder, removeLeftovers } from '../../src/io/temporary-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** Also a process whose exit status was never read, as in containers whose first process does not reap orphans. */
function hasEnded(processId: number): boolean {
  if (!isRunning(processId)) return true
  const stat = `/proc/${processId}/stat`
  return existsSync(stat) && /\) Z /u.test(readFileSync(stat, 'utf8'))
}

test('a folder says whose it is, and is gone when it is disposed of', async () => {
  let place: string
  {
    await using folder = makeTemporaryFolder('weights')
    place = folder.path
    expect(path.basename(place)).toMatch(new RegExp(String.raw`^evalharness-weights-[0-9a-f]{8}-${process.pid}-\d+-\w{6}$`, 'u'))
    mkdirSync(path.join(place, 'inside'))
  }
  expect(existsSync(place)).toBe(false)
})

test('folders of processes that have ended are removed; others are not', async () => {
  const { path: own } = makeTemporaryFolder('weights')
  const [, machine, start] = /^evalharness-weights-(\w+)-\d+-(\d+)-/u.exec(path.basename(own))!
  const folder = (owner: string, processId: number, began: string) => {
    const place = path.join(os.tmpdir(), `evalharness-profile-${owner}-${processId}-${began}-abcdef`)
    mkdirSync(path.join(place, 'inside'), { recursive: true })
    return place
  }
  const { pid: ended } = spawnSync(process.execPath, ['--version'])
  const removed = [folder(machine!, ended, '1')]
  // Another process has the number now.
  if (process.platform === 'linux') removed.push(folder(machine!, process.pid, '1'))
  const others = [folder(machine!, process.pid, start!), folder('00000000', ended, '1'), path.join(os.tmpdir(), 'evalharness-weights-4194305-abc'), own]
  mkdirSync(others[2]!)
  await removeLeftovers()
  expect(removed.filter(existsSync)).toEqual([])
  expect(others.filter(existsSync)).toEqual(others)
  for (const place of others) renameSync(place, path.join(temporaryFolder(), 'moved'))
})

test('a program that exits without disposing of its folder and its child leaves neither of them', async () => {
  const temporary = temporaryFolder()
  const built = (file: string) => JSON.stringify(pathToFileURL(path.join(import.meta.dirname, '../../dist/src', file)).href)
  const script = path.join(temporaryFolder(), 'exits.mjs')
  writeFileSync(
    script,
    `import { makeTemporaryFolder } from ${built('io/temporary-folder.js')}
    import { startChild } from ${built('io/child-process.js')}
    makeTemporaryFolder('weights')
    console.log(startChild({ module: 'onnx-session', beside: ${built('engine/onnx/session-process.js')}, standardError: 'ignore' }).pid)
    process.exit(7)`,
  )
  const { status, stdout } = spawnSync(process.execPath, [script], { env: { ...process.env, TMPDIR: temporary }, encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 7, stdout: expect.stringMatching(/^\d+\n$/u) })
  expect(readdirSync(temporary)).toEqual([])
  await vi.waitFor(() => expect(hasEnded(Number(stdout))).toBe(true))
})
