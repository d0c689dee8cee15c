/** Where a command's words go. Results to `out`, everything else to `err`. */
import { printable } from '../printable.ts'

export interface Terminal {
  /** Standard output: what the user asked for, and nothing else. */
  readonly out: (text: string) => void
  /** Standard error: what is going on. */
  readonly err: (text: string) => void
  /** Standard error's stream, for progress bars. */
  readonly errorStream: NodeJS.WriteStream
  /** Characters that fit a line of standard output; undefined where it is no terminal. */
  readonly columns: number | undefined
  /** Given when the user presses Ctrl-C. */
  readonly signal: AbortSignal
}

/** Streams that words go to. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** A terminal over two streams, which are given lines without control characters. */
export function terminalOver(output: OutputStream, errorStream: NodeJS.WriteStream, signal: AbortSignal): Terminal {
  const writer = (stream: OutputStream) => (text: string) => void stream.write(`${printable(text)}\n`)
  return {
    out: writer(output),
    err: writer(errorStream),
    errorStream,
    columns: output.isTTY ? output.columns || 80 : undefined,
    signal,
  }
}
