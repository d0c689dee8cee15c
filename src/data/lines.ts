/** The lines of a text file, one at a time. */
import { readText } from './utf8-text.ts'

/** A line without its line ending. */
export interface Line {
  /** From 1. */
  readonly lineNumber: number
  readonly text: string
}

/**
 * The lines of a UTF-8 file, in order. They end at `\n` or `\r\n`; a byte order mark is dropped. node:readline is not used: it also ends lines at a single `\r`
 * and, in newer versions, at U+2028, which JSON strings may contain; and it does not close the file when the consumer stops early. Fails with DatasetError
 * on a file that is not UTF-8.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let lineNumber = 0
  let rest = ''
  for await (const chunk of readText(file)) {
    const parts = chunk.split('\n')
    parts[0] = rest + parts[0]!
    rest = parts.pop()!
    for (const part of parts) yield line(++lineNumber, part)
  }
  if (rest !== '') yield line(++lineNumber, rest)
}

function line(lineNumber: number, part: string): Line {
  return { lineNumber, text: part.endsWith('\r') ? part.slice(0, -1) : part }
}
