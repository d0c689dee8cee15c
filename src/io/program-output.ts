/** What other programs print. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Longer than nvidia-smi or ldconfig take on a busy machine. */
const MAX_MS = 5000

/** Standard output of a program; empty if the program is missing, fails, or takes longer than five seconds. */
export async function programOutput(file: string, ...args: string[]): Promise<string> {
  return promisify(execFile)(file, args, { timeout: MAX_MS }).then(
    ({ stdout }) => stdout,
    () => '',
  )
}
