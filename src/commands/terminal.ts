/** Where a command's words go. Results to `out`, everything else to `err`. */
import { printable } from '../text/printable.ts'

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

/** A reader that has gone: `head`, which has seen enough, or a terminal that was closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'EBADF', 'ENXIO'])

/**
 * Lets a command go on, and its files be written, when nobody reads its words any more: they are dropped. `fail` is called when standard output cannot be
 * written for another reason, such as a full disk.
 */
export function tolerateClosedReaders(output: NodeJS.WriteStream, errorStream: NodeJS.WriteStream, fail: () => void): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED.has(error.code ?? '')) fail()
  })
  errorStream.on('error', () => {})
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
