/** The hub's environment variables, read as huggingface_hub's `constants.py` reads them. */
import os from 'node:os'
import path from 'node:path'

/** Whether a variable is 1, true, yes or on. */
export function isSwitchedOn(name: string): boolean {
  return /^(?:1|true|yes|on)$/iu.test(process.env[name] ?? '')
}

/** The path in a variable, with `~` as the home folder; undefined if it is not set. */
export function pathFrom(name: string): string | undefined {
  return process.env[name]?.replace(/^~(?=$|[/\\])/u, os.homedir()) || undefined
}

/** HF_HOME, else `huggingface` in XDG_CACHE_HOME, else in ~/.cache. */
export function hubHome(): string {
  return pathFrom('HF_HOME') ?? path.join(pathFrom('XDG_CACHE_HOME') ?? path.join(os.homedir(), '.cache'), 'huggingface')
}
