/** The hub's side is a server on the loopback that responds as the hub does, files included. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { checkedRows } from '../../src/data/checked-rows.ts'
import { openDataset } from '../../src/data/open-dataset.ts'
import { DatasetError, HubError } from '../../src/errors.ts'
import { fetchModelSnapshot, fetchOutlineSnapshot, fetchTokenizerSnapshot, resolveRepository } from '../../src/hub/hub.ts'
import { gitHash } from '../git-hash.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { tinyModel } from '../tiny-model.ts'

const PARQUET = readFileSync(path.join(import.meta.dirname, '../data/fixtures/rows-snappy.parquet'))
const COMMIT = 'c'.repeat(40)
const CONVERTED = 'd'.repeat(40)

/** What the server holds: files by repository and commit. */
type Contents = Record<string, Record<string, Buffer>>

let contents: Contents
let requests: { readonly url: string; readonly authorization: string | undefined }[]
let respond: ((response: ServerResponse, url: string) => boolean) | undefined
/** The file that arrives with other content than the hub has. */
let corrupts: string | undefined
/** Do large files come from another address, as those of the hub do? */
let redirects: boolean
const server = createServer((request, response) => void serve(request, response))

beforeEach(async () => {
  requests = []
  respond = undefined
  redirects = false
  corrupts = undefined
  contents = { [`datasets/a/b@${COMMIT}`]: { 'data/validation-00000-of-00001.parquet': PARQUET, 'README.md': Buffer.from('hello') } }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('HF_HOME', temporaryFolder())
  for (const name of [
    'HF_TOKEN',
    'HUGGING_FACE_HUB_TOKEN',
    'HF_TOKEN_PATH',
    'HF_HUB_DISABLE_IMPLICIT_TOKEN',
    'HF_HUB_OFFLINE',
    'HF_HUB_CACHE',
    'HUGGINGFACE_HUB_CACHE',
  ])
    vi.stubEnv(name, undefined)
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
  expect(readdirSync(folder).sort()).toEqual(['.evalharness', 'blobs', 'refs', 'snapshots'])
  expect(readFileSync(path.join(folder, 'refs/main'), 'utf8')).toBe(COMMIT)
  expect(readFileSync(path.join(folder, 'snapshots', COMMIT, 'data/validation-00000-of-00001.parquet'))).toEqual(PARQUET)
  requests = []
  await goals()
  expect(requests.filter(({ url }) => url.includes('/resolve/'))).toEqual([])
})

test('offline, files come from the cache and the hub gets no request', async () => {
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

test('without HF_TOKEN the token that `hf auth login` saved is sent, and an error names its file', async () => {
  const file = path.join(process.env['HF_HOME']!, 'token')
  writeFileSync(file, 'hf_saved')
  respond = (response) => !!response.writeHead(401).end()
  const error = (await goals().catch((reason: unknown) => reason)) as HubError
  expect(error.hint).toContain(`a token with read access (that of ${file} was sent)`)
  expect(error.hint).not.toContain('hf_saved')
  respond = undefined
  await goals()
  expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer hf_saved']))
})

test.each([
  [404, /has no dataset a\/b/u, /private repository needs a token: run `hf auth login`, or set HF_TOKEN/u],
  [401, /refuses the dataset a\/b \(401\)/u, /HF_TOKEN/u],
  [503, /cannot be used for the dataset a\/b: status 503/u, /HF_HUB_OFFLINE=1/u],
])('status %d', async (status, message, hint) => {
  respond = (response) => !!response.writeHead(status).end()
  const error = await goals().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HubError)
  expect(error).toMatchObject({ message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
})

test('a failure that passes is tried again', async () => {
  let failures = 2
  respond = (response) => failures-- > 0 && !!response.writeHead(502).end()
  expect(await goals()).toHaveLength(3)
})

test('a listing that leaves its folder is refused before anything is fetched', async () => {
  contents[`datasets/a/b@${COMMIT}`]!['../../validation-00000-of-00001.parquet'] = PARQUET
  await expect(goals()).rejects.toThrow(/names "\.\.\/\.\.\/validation.*which leaves its folder/u)
  expect(existsSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/blobs'))).toBe(false)
})

test('a failure of the schema names file, row, field and value', async () => {
  const rows = checkedRows(await openDataset(query), z.object({ goal: z.number() }))
  await expect(rows.next()).rejects.toThrow(
    /snapshots\/c{40}\/data\/validation-00000-of-00001\.parquet, row 0 \(row 0\): field goal: .*expected number.*found "open a jar"$/u,
  )
})

test('large files come from another address, which does not get the token', async () => {
  redirects = true
  vi.stubEnv('HF_TOKEN', 'hf_secret')
  expect(await goals()).toHaveLength(3)
  const elsewhere = requests.filter(({ url }) => url.startsWith('/elsewhere/'))
  expect(elsewhere.length).toBeGreaterThan(0)
  expect(new Set(elsewhere.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
  expect(readdirSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/blobs'))).toEqual([sha256(PARQUET)])
})

test('a token that cannot be one is refused without being shown or sent', async () => {
  vi.stubEnv('HF_TOKEN', 'my-password')
  const error = (await goals().catch((reason: unknown) => reason)) as HubError
  expect(error).toBeInstanceOf(HubError)
  expect(error.message).toMatch(/HF_TOKEN is not a hub token/u)
  expect(error.message + error.hint).not.toContain('my-password')
  expect(requests).toEqual([])
})

test.each([
  ['../../secret', 'main'],
  ['a/b/c', 'main'],
  ['a/b', '../../main'],
])('%s at %s is not asked for', async (name, revision) => {
  await expect(resolveRepository('dataset', name, revision)).rejects.toThrow(HubError)
  expect(requests).toEqual([])
})

test('the client does not write on standard output', async () => {
  const debug = vi.spyOn(console, 'debug').mockReturnValue(undefined)
  await goals()
  expect(debug).not.toHaveBeenCalled()
  // oxlint-disable-next-line no-console
  expect(console.debug).toBe(debug)
  debug.mockRestore()
})

test('all parts of a run have one commit, which is requested once', async () => {
  await Promise.all([openDataset(query), openDataset(query), openDataset(query)])
  await openDataset(query)
  expect(requests.filter(({ url }) => url.includes('/revision/'))).toHaveLength(1)
  expect(requests.filter(({ url }) => url.includes('/tree/'))).not.toHaveLength(0)
  requests = []
  await openDataset(query)
  expect(requests).toEqual([])
})

test('a commit needs no resolving', async () => {
  const { origin } = await openDataset({ ...query, dataset: { ...query.dataset, revision: COMMIT } })
  expect(origin).toMatchObject({ revision: COMMIT })
  expect(requests.map(({ url }) => url)).toEqual([expect.stringContaining(`/tree/${COMMIT}`)])
})

test('a hub that cannot be reached', async () => {
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1')
  const error = (await goals().catch((reason: unknown) => reason)) as HubError
  expect(error).toBeInstanceOf(HubError)
  expect(error.message).toMatch(/^the hub at http:\/\/127\.0\.0\.1:1 cannot be used for the dataset a\/b: /u)
  for (const way of ['HF_HUB_OFFLINE=1', '--data-dir', '--data TASK=FILE', 'HF_ENDPOINT']) expect(error.hint).toContain(way)
})

test('a hub that accepts the connection but does not respond times out', async () => {
  respond = () => true
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const errors: unknown[] = []
    void goals().catch((reason: unknown) => errors.push(reason))
    while (errors.length === 0) {
      await vi.advanceTimersByTimeAsync(30_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(errors[0]).toMatchObject({ code: 'HUB', message: expect.stringMatching(/no response within 30 s$/u) })
  } finally {
    vi.useRealTimers()
  }
})

test('a hub that cannot be reached does not matter if the cache is complete, but is not hidden', async () => {
  await goals()
  const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1')
  expect(await goals()).toHaveLength(3)
  expect(warning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`using the commit that the cache has for main, ${COMMIT}`), 'HubWarning')
  warning.mockRestore()
})

test('a cache that may be incomplete does not replace a hub that cannot be reached', async () => {
  await goals()
  rmSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/.evalharness'), { recursive: true })
  const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1')
  await expect(goals()).rejects.toMatchObject({ code: 'HUB', hint: expect.stringContaining('HF_HUB_OFFLINE=1') })
  expect(warning).not.toHaveBeenCalled()
  warning.mockRestore()
})

test('a folder that cannot be the cache is named', async () => {
  const file = path.join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  vi.stubEnv('HF_HOME', file)
  await expect(goals()).rejects.toMatchObject({ code: 'HUB', message: expect.stringContaining(`the cache ${file}/hub cannot be written`) })
})

describe('a split of two files', () => {
  beforeEach(() => {
    contents = { [`datasets/a/b@${COMMIT}`]: { 'data/validation-00000-of-00002.parquet': PARQUET, 'data/validation-00001-of-00002.parquet': PARQUET } }
    // The same bytes would be one blob of the cache.
    contents[`datasets/a/b@${COMMIT}`]!['data/validation-00001-of-00002.parquet'] = readFileSync(
      path.join(import.meta.dirname, '../data/fixtures/rows-zstd.parquet'),
    )
  })

  async function readOne(): Promise<void> {
    for await (const _ of (await openDataset(query)).rows()) break
  }

  test('is read in order', async () => {
    expect(await goals()).toEqual(['open a jar', 'boil an egg 🥚', '007', 'open a jar', 'boil an egg 🥚', '007'])
  })

  test('is fetched only up to the last row that is read', async () => {
    await readOne()
    expect(requests.some(({ url }) => url.includes('/resolve/') && url.includes('00000-of-00002'))).toBe(true)
    expect(requests.some(({ url }) => url.includes('/resolve/') && url.includes('00001-of-00002'))).toBe(false)
  })

  test('of which the cache holds one is not mistaken for the whole, offline', async () => {
    await readOne()
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    await expect(goals()).rejects.toThrow(/data\/validation-00001-of-00002\.parquet is not in the cache/u)
  })

  test('of which the cache holds one is not mistaken for the whole, even when Python filled the cache', async () => {
    await readOne()
    rmSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/.evalharness'), { recursive: true })
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    await expect(goals()).rejects.toThrow('the dataset a/b has 1 of the 2 files beside data/validation-00000-of-00002.parquet')
  })

  test('of which the cache holds one is not mistaken for the whole, when the hub cannot be reached', { tags: ['slow'] }, async () => {
    await readOne()
    const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1')
    await expect(goals()).rejects.toMatchObject({ code: 'HUB', hint: expect.stringContaining('HF_HUB_OFFLINE=1') })
    warning.mockRestore()
  })
})

test('offline, a cache that Python filled is read', async () => {
  await goals()
  rmSync(path.join(process.env['HF_HOME']!, 'hub/datasets--a--b/.evalharness'), { recursive: true })
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  expect(await goals()).toHaveLength(3)
})

test('files that a task names are read from the commit, by their extension', async () => {
  contents = { [`datasets/a/b@${COMMIT}`]: { 'raw/dev.jsonl': Buffer.from('{"goal": "g"}\n') } }
  const dataset = { ...query.dataset, files: { validation: 'raw/dev.jsonl', train: 'raw/train.jsonl' } }
  const found = await openDataset({ ...query, dataset })
  expect(found.origin).toMatchObject({ kind: 'hub', revision: COMMIT, files: ['raw/dev.jsonl'] })
  for await (const { value } of found.rows()) expect(value).toEqual({ goal: 'g' })
  await expect(openDataset({ ...query, dataset, split: 'train' })).rejects.toThrow('the dataset a/b has no file raw/train.jsonl')
  await expect(openDataset({ ...query, dataset, split: 'test' })).rejects.toThrow('no file is named for the split test of the dataset a/b')
})

test('a dataset without parquet files on either branch is named with its split', async () => {
  contents = { [`datasets/a/b@${COMMIT}`]: { 'script.py': Buffer.from('') } }
  const error = await goals().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DatasetError)
  expect(error).toMatchObject({ message: 'the dataset a/b has no parquet files of split validation' })
})

test('a revision that the task names is not exchanged for the converted branch', async () => {
  contents = { [`datasets/a/b@${COMMIT}`]: { 'script.py': Buffer.from('') }, [`datasets/a/b@${CONVERTED}`]: { 'default/validation/0000.parquet': PARQUET } }
  await expect(openDataset({ ...query, dataset: { ...query.dataset, revision: 'v1' } })).rejects.toThrow(DatasetError)
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

test('a file that came with other content than the hub has is refused, and fetched again the next time', async () => {
  const model = tinyModel()
  const files = Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(path.join(model, name))]))
  contents[`models/a/model@${COMMIT}`] = files
  corrupts = 'model.safetensors'
  await expect(fetchModelSnapshot('a/model')).rejects.toMatchObject({
    code: 'HUB',
    message: expect.stringMatching(/model\.safetensors was received with other content than the hub has/u),
  })
  corrupts = undefined
  const { folder } = await fetchModelSnapshot('a/model')
  expect(readFileSync(path.join(folder, 'model.safetensors')).equals(files['model.safetensors']!)).toBe(true)
})

test('of weights in two layouts, those of the index are fetched', async () => {
  const index = { weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }
  contents[`models/a/model@${COMMIT}`] = {
    'config.json': Buffer.from('{}'),
    'model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
    'model-00001-of-00002.safetensors': Buffer.from('1'),
    'model-00002-of-00002.safetensors': Buffer.from('2'),
    'consolidated.safetensors': Buffer.from('12'),
  }
  const told: string[] = []
  const { folder } = await fetchModelSnapshot('a/model', undefined, (file) => told.push(file))
  const expected = ['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json']
  expect(readdirSync(folder).sort()).toEqual(expected)
  expect(told.sort()).toEqual(expected)
})

test('of a single file and an index, the single file is fetched, and the index only to tell of it', async () => {
  contents[`models/a/model@${COMMIT}`] = {
    'config.json': Buffer.from('{}'),
    'model.safetensors': Buffer.from('12'),
    'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map: { a: 'model-00001-of-00001.safetensors' } })),
    'model-00001-of-00001.safetensors': Buffer.from('1'),
  }
  const { folder } = await fetchModelSnapshot('a/model')
  expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors', 'model.safetensors.index.json'])
})

test('an index that leaves its folder is refused', async () => {
  contents[`models/a/model@${COMMIT}`] = {
    'config.json': Buffer.from('{}'),
    'model.safetensors.index.json': Buffer.from('{"weight_map":{"a":"../../../../etc/passwd"}}'),
  }
  await expect(fetchModelSnapshot('a/model')).rejects.toThrow(/which leaves its folder/u)
})

test('a tokenizer is fetched without weights', async () => {
  const [tokenizer, other] = [Buffer.from('{}'), Buffer.from('weights')]
  contents[`models/a/model@${COMMIT}`] = {
    'config.json': tokenizer,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizer,
    'model.safetensors': other,
  }
  const { folder, revision } = await fetchTokenizerSnapshot('a/model')
  expect([revision, readdirSync(folder).sort()]).toEqual([COMMIT, ['config.json', 'tokenizer.json', 'tokenizer_config.json']])
  contents[`models/a/tokenizer-less@${COMMIT}`] = { 'config.json': tokenizer }
  await expect(fetchTokenizerSnapshot('a/tokenizer-less')).rejects.toThrow('a/tokenizer-less has no tokenizer.json')
})

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Serves the calls that the client makes: a revision's commit, its tree, paths and the files themselves. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = decodeURIComponent(request.url!)
  requests.push({ url, authorization: request.headers.authorization })
  if (respond?.(response, url)) return
  const json = (body: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const [, kind, name, route, rest] =
    /^(?:\/elsewhere)?\/(?:api\/)?(?:(datasets|models)\/)?([^/]+\/[^/]+)\/(revision|tree|paths-info|resolve)\/([^?]*)/u.exec(url) ?? []
  const repository = `${kind ?? 'models'}/${name}`
  const commit = rest?.startsWith('refs/convert/parquet') ? CONVERTED : COMMIT
  const files = contents[`${repository}@${rest?.startsWith(CONVERTED) ? CONVERTED : commit}`]
  if (!files) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Repository not found"}')
  const entry = (file: string) => ({
    type: 'file',
    path: file,
    size: files[file]!.length,
    oid: gitHash(files[file]!),
    ...(redirects && { lfs: { oid: sha256(files[file]!), size: files[file]!.length, pointerSize: 100 } }),
  })
  if (route === 'revision')
    return void json({ _id: '1', id: name, sha: commit, private: false, downloads: 1, likes: 1, gated: false, lastModified: '2026-01-01T00:00:00Z' })
  if (route === 'tree') return void json(Object.keys(files).map(entry))
  if (route === 'paths-info') {
    const body = JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString()) as { paths: string[] }
    return void json(body.paths.map(entry))
  }
  if (redirects && !url.startsWith('/elsewhere/')) {
    const { port } = server.address() as AddressInfo
    return void response
      .writeHead(302, {
        location: `http://localhost:${port}/elsewhere${request.url!}`,
        'x-linked-etag': `"${sha256(files[rest!.replace(/^[0-9a-f]{40}\//u, '')]!)}"`,
        'x-repo-commit': commit,
      })
      .end()
  }
  const fileName = rest!.replace(/^[0-9a-f]{40}\//u, '')
  const content = fileName === corrupts ? Buffer.from(files[fileName]!).fill(7, 9) : files[fileName]!
  const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '') ?? []
  const from = Number(first ?? 0)
  const to = Math.min(last ? Number(last) : content.length - 1, content.length - 1)
  response.writeHead(first === undefined ? 200 : 206, {
    etag: `"${gitHash(files[fileName]!)}"`,
    'content-length': to - from + 1,
    ...(first !== undefined && { 'content-range': `bytes ${from}-${to}/${content.length}` }),
  })
  response.end(content.subarray(from, to + 1))
}

test('for a plan config.json is fetched, and the tokenizer if it is wanted and exists', async () => {
  contents[`models/a/planned@${COMMIT}`] = {
    'config.json': Buffer.from('{}'),
    'tokenizer.json': Buffer.from('{}'),
    'model.safetensors': Buffer.from('12'),
  }
  const { folder } = await fetchOutlineSnapshot('a/planned', undefined, { withTokenizer: false })
  expect(readdirSync(folder)).toEqual(['config.json'])
  await fetchOutlineSnapshot('a/planned', undefined, { withTokenizer: true })
  expect(readdirSync(folder).sort()).toEqual(['config.json', 'tokenizer.json'])
})
