/** `--model NAME=http://HOST:PORT/v1,name=MODEL,tokenizer=WHERE`: a model that servers have. Several addresses stand behind commas. */
import { UsageError } from '../errors.ts'
import type { ModelSource } from '../run/model-source.ts'
import { fetchTokenizerSnapshot } from '../hub/hub.ts'
import { repositoryReference } from '../hub/repository.ts'
import { isFolder } from '../io/path-exists.ts'
import { unknownSetting } from './no-model.ts'
import type { ModelSettings } from '../model/model-settings.ts'

/** Is it addresses, and no folder? */
export function isServed(source: string): boolean {
  return /^https?:\/\//iu.test(source)
}

/** Fails with UsageError on an address with a user or password in it, without showing it: addresses go into records and messages. */
export function refuseSecrets(option: string): void {
  if (/https?:\/\/[^/,?#]*@/iu.test(option))
    throw new UsageError('--model has an address with a user or password in it', 'Give the address without them; a key is read from OPENAI_API_KEY.')
}

/** Settings that a model which is computed here does not have. */
export const SERVED_SETTINGS = ['name', 'tokenizer', 'concurrency', 'timeout'] as const

/** What a served model is called when the user does not say: the last part of its name, or its first host. */
export function servedLabel(source: string, { name }: ModelSettings): string {
  return name?.split('/').at(-1) || new URL(addressesOf(source)[0]!).host
}

/** Checks addresses and settings, and finds the tokenizer: a folder, or `OWNER/NAME` or `OWNER/NAME@REVISION` of the hub. Fails with UsageError or HubError. */
export async function locateServed({
  label,
  source,
  settings,
}: Pick<ModelSource, 'label' | 'source'> & { readonly settings: ModelSettings }): Promise<ModelSource> {
  const urls = addressesOf(source)
  const { name, tokenizer, concurrency, timeout, ...others } = settings
  const [foreign] = Object.keys(others)
  if (foreign !== undefined) throw new UsageError(`${label}: ${foreign} is not for a served model`, 'The server decides that; start it accordingly.')
  if (tokenizer === undefined)
    throw new UsageError(
      `${label}: a served model needs its tokenizer`,
      `Give --model ${label}=${source},tokenizer=FOLDER, or tokenizer=OWNER/NAME of the hub.`,
    )
  const served = {
    urls,
    ...(name !== undefined && { name }),
    ...(concurrency !== undefined && { concurrency: wholeNumber('concurrency', concurrency, 1024) }),
    // Beyond that fetch itself gives up.
    ...(timeout !== undefined && { timeoutMs: 1000 * wholeNumber('timeout', timeout, 300) }),
  }
  const repository = (await isFolder(tokenizer)) ? undefined : repositoryReference(tokenizer)
  const folder = repository ? (await fetchTokenizerSnapshot(repository.name, repository.revision)).folder : tokenizer
  return { label, source: urls.join(','), settings, folder, revision: null, served }
}

/** Without what the API adds by itself, and without slashes behind. */
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

/** Fails with UsageError on what is not the address of an API. */
function addressesOf(source: string): string[] {
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

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!/^\d+$/u.test(text) || value < 1 || value > most)
    throw new UsageError(`${name}=${text} is not a whole number from 1 to ${most}`, `Give for example ${name}=${Math.min(most, 32)}.`)
  return value
}
