import { stat } from 'node:fs/promises'

/** Whether there is a folder at `place`; links are followed. */
export async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}
