/** JSON files that a card is written from or checked with. */
import { readFile } from 'node:fs/promises'
import { CardError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import { errorText } from '../../text/error-text.ts'

/** The content of a JSON file. Fails with CardError. */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return parseJson(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new CardError(`cannot read ${file}: ${errorText(cause)}`, 'Give an existing JSON file.', { cause })
  }
}
