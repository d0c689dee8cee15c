/** The hub's side is a server on the loopback that answers as the hub does, files included. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { checkedRows } from '../../src/data/checked-rows.ts'
import { openDataset } from '../../src/data/dataset.ts'
import { HubError } from '../../src/errors.ts'
import { fetchModelSnapshot } from '../../src/hub/hub.ts'
import { temporaryFolder, tinyModel } from '../tiny-model.ts'

const PARQUET = readFileSync(path.join(import.meta.dirname, '../data/fixtures/rows-snappy.parquet'))
const COMMIT = 'c'.repeat(40)
const CONVERTED = 'd'.repeat(40)

/** What the server holds: files by repository and commit. */
type Contents = Record<string, Record<string, Buffer>>

let contents: Contents
let requests: { readonly url: string; readonly authorization: string | undefined }[]
let answer: ((response: ServerResponse) => boolean) | undefined
const server = createServer((request, response) => void serve(request, response))

beforeEach(async () => {
  requests = []
  answer = undefined
  contents = { [`datasets/a/b@${COMMIT}`]: { 'data/validation-00000-of-00001.parquet': PARQUET, 'README.md': Buffer.from('hello') } }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('HF_HOME', temporaryFolder())
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']) vi.stubEnv(name, undefined)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const query = { taskName: 'piqa', dataset: { repo: 'a/b', split: 'validation' }, split: 'validation' }

async function goals(): Promise<unknown[]> {
  const rows: unknown[] = []
  for await (const { row } of checkedRows(await openDataset(query), z.object({ goal: z.string() }))) rows.push(row.goal)
  return rows
}

test('rows are read from the default branch, pinned to its commit', async () => {
  expect(await goals()).toEqual(['open a jar', 'boil an egg 🥚', '007'])
  const { origin } = await openDataset(query)
  expect(origin).toEqual({ kind: 'hub', repo: 'a/b', config: null, split: 'validation', revision: COMMIT, files: ['data/validation-00000-of-00001.parquet'] })
})

test('the cache has the layout that Python reads, and a second run fetches no file', async () => {
  await goals()
  const folder = path.join(process.env['HF_HOME']!, 'hub/datasets--a--b')
  expect(readdirSync(folder).sort()).toEqual(['blobs', 'refs', 'snapshots'])
  expect(readFileSync(path.join(folder, 'refs/main'), 'utf8')).toBe(COMMIT)
  expect(readFileSync(path.join(folder, 'snapshots', COMMIT, 'data/validation-00000-of-00001.parquet'))).toEqual(PARQUET)
  requests = []
  await goals()
  expect(requests.filter(({ url }) => url.includes('/resolve/'))).toEqual([])
})

test('offline, the cache answers and the hub is not asked', async () => {
  await goals()
  requests = []
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  expect(await goals()).toHaveLength(3)
  expect(requests).toEqual([])
})

test('offline without a cache says what to do', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  await expect(goals()).rejects.toMatchObject({
    code: 'HUB',
    message: expect.stringContaining('dataset a/b at main is not in the cache'),
    hint: expect.stringContaining('HF_HUB_OFFLINE'),
  })
})

test('a dataset without parquet files is read from the converted branch', async () => {
  contents = { [`datasets/a/b@${COMMIT}`]: { 'script.py': Buffer.from('') }, [`datasets/a/b@${CONVERTED}`]: { 'default/validation/0000.parquet': PARQUET } }
  expect(await goals()).toHaveLength(3)
  expect((await openDataset(query)).origin).toMatchObject({ revision: CONVERTED })
})

test('HF_TOKEN is sent', async () => {
  vi.stubEnv('HF_TOKEN', 'hf_secret')
  await goals()
  expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer hf_secret']))
})

test.each([
  [404, /has no dataset a\/b/u, /private repository needs HF_TOKEN/u],
  [401, /refuses the dataset a\/b \(401\)/u, /HF_TOKEN/u],
  [503, /cannot be used for the dataset a\/b: it answers 503/u, /HF_HUB_OFFLINE=1/u],
])('status %d', async (status, message, hint) => {
  answer = (response) => !!response.writeHead(status).end()
  const error = await goals().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HubError)
  expect(error).toMatchObject({ message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
})

test('a failure that passes is tried again', async () => {
  let failures = 2
  answer = (response) => failures-- > 0 && !!response.writeHead(502).end()
  expect(await goals()).toHaveLength(3)
})

test('a listing that leaves its folder is refused before anything is fetched', async () => {
  contents[`datasets/a/b@${COMMIT}`]!['../../validation-00000-of-00001.parquet'] = PARQUET
  await expect(goals()).rejects.toThrow(/names "\.\.\/\.\.\/validation.*which leaves its folder/u)
  expect(existsSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/blobs'))).toBe(false)
})

test('a model is fetched as a folder of the cache, without files that it does not need', async () => {
  const model = tinyModel('smollm2')
  const files = Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(path.join(model, name))]))
  contents[`models/a/model@${COMMIT}`] = { ...files, 'pytorch_model.bin': Buffer.from('old'), 'onnx/model.onnx': Buffer.from('x') }
  const { folder, revision } = await fetchModelSnapshot('a/model')
  expect(revision).toBe(COMMIT)
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(files)
      .filter((name) => name !== 'golden.json')
      .sort(),
  )
})

/** Answers the calls that the client makes: a revision's commit, its tree, paths and the files themselves. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = decodeURIComponent(request.url!)
  requests.push({ url, authorization: request.headers.authorization })
  if (answer?.(response)) return
  const json = (body: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const [, kind, name, verb, rest] = /^\/(?:api\/)?(?:(datasets|models)\/)?([^/]+\/[^/]+)\/(revision|tree|paths-info|resolve)\/([^?]*)/u.exec(url) ?? []
  const repository = `${kind ?? 'models'}/${name}`
  const commit = rest?.startsWith('refs/convert/parquet') ? CONVERTED : COMMIT
  const files = contents[`${repository}@${rest?.startsWith(CONVERTED) ? CONVERTED : commit}`]
  if (!files) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Repository not found"}')
  const entry = (file: string) => ({ type: 'file', path: file, size: files[file]!.length, oid: createHash('sha1').update(files[file]!).digest('hex') })
  if (verb === 'revision')
    return void json({ _id: '1', id: name, sha: commit, private: false, downloads: 1, likes: 1, gated: false, lastModified: '2026-01-01T00:00:00Z' })
  if (verb === 'tree') return void json(Object.keys(files).map(entry))
  if (verb === 'paths-info') {
    const body = JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString()) as { paths: string[] }
    return void json(body.paths.map(entry))
  }
  const content = files[rest!.replace(/^[0-9a-f]{40}\//u, '')]!
  const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '') ?? []
  const from = Number(first ?? 0)
  const to = Math.min(last ? Number(last) : content.length - 1, content.length - 1)
  response.writeHead(first === undefined ? 200 : 206, {
    etag: '"x"',
    'content-length': to - from + 1,
    ...(first !== undefined && { 'content-range': `bytes ${from}-${to}/${content.length}` }),
  })
  response.end(content.subarray(from, to + 1))
}
