/** Requests to the hub: address, token, retry policy, and error messages for the user. */
import { HubApiError } from '@huggingface/hub'
import { HubError } from '../errors.ts'
import { cacheFolder } from './cache.ts'
import { isSwitchedOn } from './environment.ts'
import type { RepositoryName } from './repository.ts'
import { hubToken } from './token.ts'
import { causeText } from '../text/error-text.ts'

/**
 * Time limit until a response begins, in milliseconds. Its body may take longer; fetch aborts a body that stops for 300 s (undici `bodyTimeout`).
 */
const RESPONSE_TIMEOUT_MS = 30_000
const MAX_ATTEMPTS = 3

/** The hub does not have the repository or the revision. */
export class HubNotFoundError extends HubError {}

/** The hub gives no usable response: no connection, a timeout, or a server error. */
export class HubUnreachableError extends HubError {}

/** Address of the hub: HF_ENDPOINT, default https://huggingface.co. */
export function endpoint(): string {
  let address = process.env['HF_ENDPOINT'] || 'https://huggingface.co'
  while (address.endsWith('/')) address = address.slice(0, -1)
  return address
}

/** Whether HF_HUB_OFFLINE forbids requests. */
export function isOffline(): boolean {
  return isSwitchedOn('HF_HUB_OFFLINE')
}

/** Options of every client call. Fails with HubError on an invalid token, without showing it. */
export function access() {
  const token = hubToken()
  return { hubUrl: endpoint(), fetch: fetchInTime, ...(token && { accessToken: token.value }) }
}

/** Runs a request, again after a temporary failure. Fails with HubError, whose message names `subject`. */
export async function request<T>(subject: RepositoryName & { readonly revision: string }, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (error instanceof HubError) throw error
      const status = error instanceof HubApiError ? error.statusCode : undefined
      if (!isTemporary(error, status) || attempt === MAX_ATTEMPTS) throw explain(error, status, subject)
      await new Promise((resolve) => setTimeout(resolve, 200 * 4 ** (attempt - 1)))
    }
  }
}

function isTemporary(error: unknown, status: number | undefined): boolean {
  // The only temporary failure of the cache: another process has just renamed the same file.
  if (isFileError(error)) return error.code === 'ENOENT'
  return status === undefined || status === 408 || status === 429 || status >= 500
}

/** A server that accepts the connection and sends nothing must not block the program. */
async function fetchInTime(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`no response within ${RESPONSE_TIMEOUT_MS / 1000} s`)), RESPONSE_TIMEOUT_MS)
  try {
    return await fetch(input, { ...init, signal: stop.signal })
  } finally {
    clearTimeout(timer)
  }
}

function explain(error: unknown, status: number | undefined, { type, name, revision }: RepositoryName & { readonly revision: string }): HubError {
  const options = { cause: error }
  if (status === 404)
    return new HubNotFoundError(
      `${endpoint()} has no ${type} ${name}, or none at revision ${revision}`,
      `Check the name and the revision; a private repository needs a token${withToken()}.`,
      options,
    )
  // The hub responds with 401 for missing repositories too, so that it does not reveal which private ones exist.
  if (status === 401 || status === 403)
    return new HubError(
      `${endpoint()} refuses the ${type} ${name} (${status})`,
      `Check the name. If it is right, it needs a token with read access${withToken()}; unlock gated repositories on their page.`,
      options,
    )
  if (isFileError(error))
    return new HubError(
      `the cache ${cacheFolder()} cannot be written: ${error.message}`,
      'Free disk space, or set HF_HOME to a folder that can be written.',
      options,
    )
  const reason = status === undefined ? causeText(error) : `status ${status}`
  const local = type === 'dataset' ? '--data-dir DIR or --data TASK=FILE' : 'a local model folder'
  return new HubUnreachableError(
    `the hub at ${endpoint()} cannot be used for the ${type} ${name}: ${reason}`,
    `Without a network: HF_HUB_OFFLINE=1 uses the cache (${cacheFolder()}), or give ${local}. HF_ENDPOINT names a mirror.`,
    options,
  )
}

/** What to do for a token, or which one was sent. */
function withToken(): string {
  const token = hubToken()
  return token ? ` (that of ${token.source} was sent)` : ': run `hf auth login`, or set HF_TOKEN'
}

/** Errors of the file system have `syscall`; those of the network are in the cause of an error of fetch. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
