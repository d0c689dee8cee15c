/** The token for the hub, from where huggingface_hub takes it: `utils/_auth.py` `get_token`, `utils/_headers.py` `get_token_to_send`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { HubError } from '../errors.ts'
import { errorText } from '../text/error-text.ts'
import { hubHome, isSwitchedOn, pathFrom } from './environment.ts'

/** A token. Its value is never printed. */
export interface HubToken {
  /** The variable or the file that it is from. */
  readonly source: string
  readonly value: `hf_${string}`
}

/**
 * The token of HF_TOKEN, else of the file that `hf auth login` writes: HF_TOKEN_PATH, or `token` in HF_HOME. Undefined if there is none, and if
 * HF_HUB_DISABLE_IMPLICIT_TOKEN is set. Fails with HubError on a file that cannot be read, and on an invalid token, without showing it.
 */
export function hubToken(): HubToken | undefined {
  if (isSwitchedOn('HF_HUB_DISABLE_IMPLICIT_TOKEN')) return undefined
  return tokenOfEnvironment() ?? tokenOfFile()
}

/** The older name is read as huggingface_hub reads it. */
const VARIABLES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']

function tokenOfEnvironment(): HubToken | undefined {
  const name = VARIABLES.find((each) => process.env[each])
  if (name === undefined) return undefined
  const text = cleaned(process.env[name]!)
  if (text === '') return undefined
  if (!isToken(text)) throw new HubError(`${name} is not a hub token: tokens begin with hf_`, 'Copy it again from the settings of your account, or unset it.')
  return { source: name, value: text }
}

function tokenOfFile(): HubToken | undefined {
  const file = pathFrom('HF_TOKEN_PATH') ?? path.join(hubHome(), 'token')
  const text = cleaned(readToken(file) ?? '')
  if (text === '') return undefined
  if (!isToken(text)) throw new HubError(`${file} has no hub token: tokens begin with hf_`, 'Run `hf auth login` again, or remove the file.')
  return { source: file, value: text }
}

/** Undefined without such a file. */
function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return undefined
    const hint = 'Allow reading it, or set HF_HUB_DISABLE_IMPLICIT_TOKEN=1 to send no token.'
    throw new HubError(`the saved token cannot be read: ${errorText(cause)}`, hint, { cause })
  }
}

/** Without line breaks and spaces around it. */
function cleaned(text: string): string {
  return text.replaceAll(/[\r\n]/gu, '').trim()
}

function isToken(text: string): text is `hf_${string}` {
  return text.startsWith('hf_')
}
