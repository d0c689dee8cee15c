/** Asking the hub: address and token, patience, and what its refusals mean to a user. */
import { HubApiError } from '@huggingface/hub'
import { HubError } from '../errors.ts'
import { cacheFolder } from './cache.ts'
import type { RepositoryName } from './repository.ts'
import { causeText } from '../text/error-text.ts'

/**
 * How long the hub may take to begin an answer, in milliseconds. Once it has begun it may take its time; fetch itself gives up on one that
 * stops for 300 s (undici's `bodyTimeout`).
 */
const ANSWER_TIMEOUT_MS = 30_000
const TRIES = 3

/** The hub has no such repository, or the repository no such revision. */
export class HubNotFoundError extends HubError {}

/** The hub gives no usable answer: no connection, no answer in time, or a failure of its own. */
export class HubUnreachableError extends HubError {}

/** The hub's address: HF_ENDPOINT, else huggingface.co. */
export function endpoint(): string {
  let address = process.env['HF_ENDPOINT'] || 'https://huggingface.co'
  while (address.endsWith('/')) address = address.slice(0, -1)
  return address
}

/** Does HF_HUB_OFFLINE forbid asking? */
export function isOffline(): boolean {
  return /^(?:1|true|yes|on)$/iu.test(process.env['HF_HUB_OFFLINE'] ?? '')
}

/** What every call of the client is given. Fails with HubError on a token that cannot be one, without showing it. */
export function access() {
  const token = process.env['HF_TOKEN']?.trim()
  if (token && !token.startsWith('hf_'))
    throw new HubError('HF_TOKEN is not a token of the hub: those begin with hf_', `Copy it again from ${endpoint()}/settings/tokens, or unset it.`)
  return { hubUrl: endpoint(), fetch: fetchInTime, ...(token && { accessToken: token as `hf_${string}` }) }
}

/** Asks the hub, again after a failure that may pass; what remains becomes a HubError. `subject` is what the message names. */
export async function ask<T>(subject: RepositoryName & { readonly revision: string }, question: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await question()
    } catch (error) {
      if (error instanceof HubError) throw error
      const status = error instanceof HubApiError ? error.statusCode : undefined
      if (!mayPass(error, status) || attempt === TRIES) throw explain(error, status, subject)
      await new Promise((resolve) => setTimeout(resolve, 200 * 4 ** (attempt - 1)))
    }
  }
}

function mayPass(error: unknown, status: number | undefined): boolean {
  // Of the cache's own failures only this one passes: another process that fetches the same file has just moved it to its place.
  if (isFileError(error)) return error.code === 'ENOENT'
  return status === undefined || status === 408 || status === 429 || status >= 500
}

/** A server that takes the connection and then says nothing must not hang the program. */
async function fetchInTime(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)), ANSWER_TIMEOUT_MS)
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
      'Check the name and the revision; a private repository needs HF_TOKEN.',
      options,
    )
  // The hub answers 401 for what does not exist, too, so that strangers cannot tell which private repositories there are.
  if (status === 401 || status === 403)
    return new HubError(
      `${endpoint()} refuses the ${type} ${name} (${status})`,
      'Is the name right? If so, set HF_TOKEN to a token that may read it; gated ones are unlocked on their page.',
      options,
    )
  if (isFileError(error))
    return new HubError(`the cache ${cacheFolder()} cannot be written: ${error.message}`, 'Make room, or set HF_HOME to a folder that can be written.', options)
  const reason = status === undefined ? causeText(error) : `it answers ${status}`
  const local = type === 'dataset' ? '--data-dir DIR or --data TASK=FILE' : 'a local model folder'
  return new HubUnreachableError(
    `the hub at ${endpoint()} cannot be used for the ${type} ${name}: ${reason}`,
    `Without a network: HF_HUB_OFFLINE=1 uses the cache (${cacheFolder()}), or give ${local}. HF_ENDPOINT names a mirror.`,
    options,
  )
}

/** Failed calls of the file system carry their syscall themselves; fetch hides those of the network in its cause. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
