/** Which file a model card is: cards are named by their file or by the folder of their checkpoint. */
import path from 'node:path'
import { isFolder, pathExists } from '../../io/path-exists.ts'

/** The card's own file: README.md of a folder. What does not exist is a folder if it ends like one or its name has no extension. */
export async function cardFile(place: string): Promise<string> {
  const isPlace = (await isFolder(place)) || (!(await pathExists(place)) && (/[/\\]$/u.test(place) || path.extname(place) === ''))
  return isPlace ? path.join(place, 'README.md') : place
}
