/** `--model NAME=http://HOST:PORT/v1,name=MODEL,tokenizer=WHERE`: a model on servers, whose tokenizer is read here. */
import { UsageError } from '../errors.ts'
import { fetchTokenizerSnapshot } from '../hub/hub.ts'
import { repositoryReference } from '../hub/repository.ts'
import { isFolder } from '../io/path-exists.ts'
import type { ModelSource } from './model-source.ts'
import type { GivenModel } from './parse-model.ts'
import { parseAddresses } from './served-address.ts'

/** Seconds; fetch itself gives up after that. */
const LONGEST_TIMEOUT = 300
const MOST_REQUESTS = 1024

/**
 * Checks addresses and settings, and finds the tokenizer: a folder, or `OWNER/NAME` or `OWNER/NAME@REVISION` of the hub. Fails
 * with UsageError or HubError.
 */
export async function locateServed({ label, source, settings }: GivenModel): Promise<ModelSource> {
  const urls = parseAddresses(source)
  const { name, tokenizer, concurrency, timeout, ...others } = settings
  const [unsupported] = Object.keys(others)
  if (unsupported !== undefined) throw new UsageError(`${label}: ${unsupported} is not for a served model`, 'The server decides that; start it accordingly.')
  if (tokenizer === undefined)
    throw new UsageError(
      `${label}: a served model needs its tokenizer`,
      `Give --model ${label}=${source},tokenizer=FOLDER, or tokenizer=OWNER/NAME of the hub.`,
    )
  const served = {
    urls,
    ...(name !== undefined && { name }),
    ...(concurrency !== undefined && { concurrency: wholeNumber('concurrency', concurrency, MOST_REQUESTS) }),
    ...(timeout !== undefined && { timeoutMs: 1000 * wholeNumber('timeout', timeout, LONGEST_TIMEOUT) }),
  }
  const repository = (await isFolder(tokenizer)) ? undefined : repositoryReference(tokenizer)
  const folder = repository ? (await fetchTokenizerSnapshot(repository.name, repository.revision)).folder : tokenizer
  return { label, source: urls.join(','), settings, folder, revision: null, served }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!/^\d+$/u.test(text) || value < 1 || value > most)
    throw new UsageError(`${name}=${text} is not a whole number from 1 to ${most}`, `Give for example ${name}=${Math.min(most, 32)}.`)
  return value
}
