/** The text of UTF-8 files. */
import { createReadStream } from 'node:fs'
import { DatasetError } from '../errors.ts'

/**
 * The pieces of a UTF-8 file, without a byte order mark. Fails with DatasetError on bytes that are not UTF-8: read as something, they would be scored in
 * silence.
 */
export async function* readText(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lineCount = 0
  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (cause) {
      throw new DatasetError(`${file} is not UTF-8, from line ${lineCount + 1} on`, 'Convert it: iconv -f latin1 -t utf-8 FILE.', { cause })
    }
  }
  for await (const bytes of createReadStream(file) as AsyncIterable<Uint8Array>) {
    const text = decode(bytes)
    lineCount += text.split('\n').length - 1
    yield text
  }
  yield decode()
}

/** The pieces as one string. Fails as `readText`, and with errors of the file system. */
export async function readWholeText(file: string): Promise<string> {
  const pieces: string[] = []
  for await (const piece of readText(file)) pieces.push(piece)
  return pieces.join('')
}
