/** Paths that lie in a folder, by their names alone: links are not followed. */
import path from 'node:path'

/** Whether a path is the folder itself or below it. */
export function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return !relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative)
}
