/** The error of a file or folder that cannot be written. */
import { StoreError } from '../errors.ts'
import { errorText } from '../text/error-text.ts'

/** What the system says if there is no room: on the disk, or within the quota of the user. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** `hint` says what else to give; a full disk is named first. `what` is the file or folder in the message. */
export function cannotWrite(what: string, cause: unknown, hint: string): StoreError {
  const isFull = cause instanceof Error && 'code' in cause && FULL.has(cause.code)
  const room = isFull ? `Free disk space, or ${hint.charAt(0).toLowerCase()}${hint.slice(1)}` : hint
  return new StoreError(`cannot write ${what}: ${errorText(cause)}`, room, { cause })
}
