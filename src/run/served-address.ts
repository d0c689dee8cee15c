/** Addresses of models on servers: `http://HOST:PORT/v1`, several with commas between. */
import { UsageError } from '../errors.ts'
import type { ModelSettings } from '../model/model-settings.ts'
import { unknownSetting } from './explain-missing-model.ts'

/** Settings that only a served model has. */
export const SERVED_SETTINGS = ['name', 'tokenizer', 'concurrency', 'timeout'] as const

/** Whether a model's source is addresses rather than a folder or repository. */
export function isServed(source: string): boolean {
  return /^https?:\/\//iu.test(source)
}

/**
 * Fails with UsageError on an address that contains a user or password, and does not show it: addresses go into records and
 * messages.
 */
export function refuseSecrets(option: string): void {
  if (/https?:\/\/[^/,?#]*@/iu.test(option))
    throw new UsageError('--model has an address with a user or password in it', 'Give the address without them; a key is read from OPENAI_API_KEY.')
}

/** The label of a served model that was given none: the last part of its name, or its first host. */
export function servedLabel(source: string, { name }: ModelSettings): string {
  return name?.split('/').at(-1) || new URL(parseAddresses(source)[0]!).host
}

/** The addresses, without what the API adds itself. Fails with UsageError on a text that is not the address of an API. */
export function parseAddresses(source: string): string[] {
  const urls = source.split(',').map((text) => {
    const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
    const setting = url ? undefined : unknownSetting(`,${text}`)
    if (setting) throw setting
    if (!url || !isServed(url.href)) throw new UsageError(`${JSON.stringify(text)} is not an address`, 'Give http://HOST:PORT/v1, several with commas between.')
    if (url.search !== '' || url.hash !== '') throw new UsageError(`the address of ${url.host} has something behind ? or #`, 'Give http://HOST:PORT/v1.')
    return withoutEnd(url.href)
  })
  const twice = urls.find((url, index) => urls.indexOf(url) !== index)
  if (twice !== undefined) throw new UsageError(`${twice} is given twice`, 'Give each address once; concurrency=N puts more requests on one.')
  return urls
}

/** Without trailing slashes and `/completions`, which the API adds itself. */
function withoutEnd(address: string): string {
  const parts = address.split('/')
  const dropEmpty = () => {
    while (parts.at(-1) === '') parts.pop()
  }
  dropEmpty()
  if (parts.at(-1) === 'completions') parts.pop()
  dropEmpty()
  return parts.join('/')
}
