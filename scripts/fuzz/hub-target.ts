/** A hub with hostile responses: listings, commits and files. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fetchModelSnapshot } from '../../src/hub/hub.ts'
import { gitHash } from '../../test/git-hash.ts'
import type { Files } from './mutate.ts'
import { jsonFile } from './seeds.ts'
import type { FuzzTarget } from './target.ts'

const COMMIT = 'c'.repeat(40)
/** Placeholder for the hash of the file, which a mutation may change: a file that does not match its hash is refused before it is parsed. */
const HONEST = 'd'.repeat(40)

/** Fetches a model from a server whose responses are the input's files: `info.json`, `tree.json`, and the repository's below `files/`. */
export function hubTarget(checkpoints: readonly Files[]): FuzzTarget {
  return { name: 'hub', share: 2, seeds: checkpoints.map(answersFor), read: fetchFrom }
}

function answersFor(files: Files): Files {
  const tree = Object.entries(files).map(([name, content]) => ({
    type: 'file',
    oid: HONEST,
    size: Buffer.isBuffer(content) ? content.length : 0,
    path: name,
  }))
  return {
    'info.json': jsonFile({ _id: '1', id: 'a/b', sha: COMMIT, private: false, gated: false, downloads: 1, likes: 1, lastModified: '2026-01-01T00:00:00.000Z' }),
    'tree.json': jsonFile(tree),
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`files/${name}`, content])),
  }
}

async function fetchFrom(folder: string): Promise<void> {
  const server = createServer((request, response) => void serve(folder, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const before = { ...process.env }
  const waiting = globalThis.setTimeout
  try {
    Object.assign(process.env, { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, HF_HOME: path.join(folder, 'cache') })
    // The pauses between two tries are not part of the test.
    globalThis.setTimeout = ((work: () => void, ms: number, ...rest: []) => waiting(work, ms === 200 || ms === 800 ? 1 : ms, ...rest)) as typeof setTimeout
    await fetchModelSnapshot('a/b')
  } finally {
    globalThis.setTimeout = waiting
    for (const name of ['HF_ENDPOINT', 'HF_HOME']) if (before[name] === undefined) delete process.env[name]
    await closed(server)
  }
  const given = readdirSync(folder)
  if (given.some((name) => !['info.json', 'tree.json', 'files', 'cache'].includes(name))) throw new Error(`the fetch left ${given.join(', ')}`)
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function serve(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = decodeURIComponent(request.url ?? '')
  const json = { 'content-type': 'application/json' }
  const read = (name: string) => {
    const file = path.join(folder, path.normalize(`/${name}`))
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined
  }
  if (url.includes('/paths-info/')) {
    const { paths } = JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString()) as { paths: string[] }
    const entries = entriesOf(read('tree.json')) as { path?: string; oid?: unknown }[]
    const asked = entries.filter((entry) => paths.includes(entry?.path ?? ''))
    const hashed = asked.map((entry) => (entry.oid === HONEST ? { ...entry, oid: gitHash(read(`files/${entry.path}`) ?? Buffer.alloc(0)) } : entry))
    return void response.writeHead(200, json).end(JSON.stringify(hashed))
  }
  const isFile = url.includes('/resolve/')
  const content = read(isFile ? `files/${url.split(`${COMMIT}/`)[1]}` : url.includes('/tree/') ? 'tree.json' : 'info.json')
  if (!content) return void response.writeHead(404).end()
  const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '') ?? []
  const [from, to] = [Number(first ?? 0), Math.min(Number(last || content.length - 1), content.length - 1)]
  const range = first !== undefined && { 'content-range': `bytes ${from}-${to}/${content.length}` }
  response.writeHead(range ? 206 : 200, { etag: `"${gitHash(content)}"`, 'content-length': to - from + 1, ...(isFile ? {} : json), ...range })
  response.end(request.method === 'HEAD' ? undefined : content.subarray(from, to + 1))
}

/** The listing, if it is one. */
function entriesOf(tree: Buffer | undefined): unknown[] {
  try {
    const entries: unknown = JSON.parse(tree?.toString() ?? '')
    return Array.isArray(entries) ? entries : []
  } catch {
    return []
  }
}
