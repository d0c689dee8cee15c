/** What onnxruntime's and the drivers' libraries write to standard error: for whoever explains a failure, and never raw on the user's terminal. */
import type { Readable } from 'node:stream'

/** Lines that are kept, the last ones. */
const MOST_LINES = 50
/** Characters of a line. */
const LONGEST = 500

/** Reads a stream; comes back with what gives its last lines so far. */
export function nativeMessages(stream: Readable): () => readonly string[] {
  const lines: string[] = []
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!.slice(0, LONGEST)
    lines.push(...parts.map((line) => line.trimEnd().slice(0, LONGEST)).filter((line) => line !== ''))
    lines.splice(0, lines.length - MOST_LINES)
  })
  // A pipe that breaks says no more.
  stream.on('error', () => {})
  return () => (rest.trim() === '' ? [...lines] : [...lines, rest.trimEnd()])
}
