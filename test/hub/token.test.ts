/** The order is that of huggingface_hub 2.4.0: `get_token` and `get_token_to_send`. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HubError } from '../../src/errors.ts'
import { hubToken } from '../../src/hub/token.ts'
import { temporaryFolder } from '../temporary-folder.ts'

let home: string

beforeEach(() => {
  home = temporaryFolder()
  vi.stubEnv('HF_HOME', home)
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_TOKEN_PATH', 'HF_HUB_DISABLE_IMPLICIT_TOKEN']) vi.stubEnv(name, undefined)
})

afterEach(() => void vi.unstubAllEnvs())

function save(text: string, file = path.join(home, 'token')): string {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function failure(): HubError {
  try {
    hubToken()
  } catch (error) {
    return error as HubError
  }
  throw new Error('there is a token')
}

test('HF_TOKEN comes first, then HUGGING_FACE_HUB_TOKEN, then the saved token', () => {
  expect(hubToken()).toBeUndefined()
  const file = save('hf_saved\r\n')
  expect(hubToken()).toEqual({ source: file, value: 'hf_saved' })
  vi.stubEnv('HUGGING_FACE_HUB_TOKEN', 'hf_older')
  expect(hubToken()).toEqual({ source: 'HUGGING_FACE_HUB_TOKEN', value: 'hf_older' })
  vi.stubEnv('HF_TOKEN', ' hf_set\n')
  expect(hubToken()).toEqual({ source: 'HF_TOKEN', value: 'hf_set' })
})

test('HF_TOKEN_PATH names another file, and XDG_CACHE_HOME another folder', () => {
  save('hf_saved')
  vi.stubEnv('HF_HOME', undefined)
  vi.stubEnv('XDG_CACHE_HOME', home)
  const cached = save('hf_cached', path.join(home, 'huggingface/token'))
  expect(hubToken()).toEqual({ source: cached, value: 'hf_cached' })
  vi.stubEnv('HF_TOKEN_PATH', save('hf_elsewhere', path.join(home, 'elsewhere')))
  expect(hubToken()?.value).toBe('hf_elsewhere')
})

test('a tilde is the home folder', () => {
  vi.stubEnv('HOME', home)
  vi.stubEnv('HF_TOKEN_PATH', '~/mine')
  expect(hubToken()).toBeUndefined()
  const file = save('hf_mine', path.join(home, 'mine'))
  expect(hubToken()).toEqual({ source: file, value: 'hf_mine' })
})

test('HF_HUB_DISABLE_IMPLICIT_TOKEN sends none, not even HF_TOKEN', () => {
  save('hf_saved')
  vi.stubEnv('HF_TOKEN', 'hf_set')
  vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', 'TRUE')
  expect(hubToken()).toBeUndefined()
})

test('an empty file and an empty variable have no token', () => {
  vi.stubEnv('HF_TOKEN', '')
  save(' \n')
  expect(hubToken()).toBeUndefined()
})

test('what is not a token is refused without being shown', () => {
  const file = save('my-password')
  expect(failure()).toMatchObject({ message: `${file} has no hub token: tokens begin with hf_`, hint: 'Run `hf auth login` again, or remove the file.' })
  vi.stubEnv('HF_TOKEN', 'my-password')
  const error = failure()
  expect(error.message).toBe('HF_TOKEN is not a hub token: tokens begin with hf_')
  expect(error.message + error.hint).not.toContain('my-password')
})

test('a file that cannot be read is an error', () => {
  mkdirSync(path.join(home, 'token'))
  expect(failure()).toMatchObject({
    code: 'HUB',
    message: expect.stringContaining('the saved token cannot be read: EISDIR'),
    hint: expect.stringContaining('HF_HUB_DISABLE_IMPLICIT_TOKEN'),
  })
  vi.stubEnv('HF_TOKEN_PATH', save('hf_secret', path.join(home, 'secret')))
  if (process.getuid?.() === 0) return
  chmodSync(path.join(home, 'secret'), 0)
  expect(failure().message).toContain('EACCES')
})
