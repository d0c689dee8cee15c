import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { hubHome, isSwitchedOn, pathFrom } from '../../src/hub/environment.ts'

afterEach(() => void vi.unstubAllEnvs())

test.each([
  ['1', true],
  ['TRUE', true],
  ['yes', true],
  ['On', true],
  ['0', false],
  ['', false],
  ['false', false],
  ['11', false],
])('a switch of %j is %s', (value, expected) => {
  vi.stubEnv('HF_HUB_OFFLINE', value)
  expect(isSwitchedOn('HF_HUB_OFFLINE')).toBe(expected)
})

test.each([
  ['~/hub', path.join(os.homedir(), 'hub')],
  ['~', os.homedir()],
  ['/a/~b', '/a/~b'],
  ['', undefined],
])('the path %j is %s', (value, expected) => {
  vi.stubEnv('HF_HOME', value)
  expect(pathFrom('HF_HOME')).toBe(expected)
})

test.each([
  ['/hub', '/cache', '/hub'],
  ['', '/cache', path.join('/cache', 'huggingface')],
  ['', '', path.join(os.homedir(), '.cache', 'huggingface')],
])('HF_HOME %j and XDG_CACHE_HOME %j: %s', (home, cache, expected) => {
  vi.stubEnv('HF_HOME', home)
  vi.stubEnv('XDG_CACHE_HOME', cache)
  expect(hubHome()).toBe(expected)
})
