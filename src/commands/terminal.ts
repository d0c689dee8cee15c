/** Where a command prints. Results go to `out`, everything else to `err`. */
import { printable } from '../text/printable.ts'

export interface Terminal {
  /** Prints a line of results to standard output. */
  readonly out: (text: string) => void
  /** Prints a line of progress, notices or errors to standard error. */
  readonly err: (text: string) => void
  /** Standard error's stream, for progress bars. */
  readonly errorStream: NodeJS.WriteStream
  /** Characters that fit a line of standard output; undefined if it is not a terminal. */
  readonly columns: number | undefined
  /** Aborted by Ctrl-C and other signals. */
  readonly signal: AbortSignal
}

/** Errors of a closed reader: `head` that has read enough, or a terminal that was closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'EBADF', 'ENXIO'])

/**
 * Lets a command continue, and write its files, when its reader has closed the stream: further output is dropped. `fail` is called when standard output
 * cannot be written for another reason, such as a full disk.
 */
export function tolerateClosedReaders(output: NodeJS.WriteStream, errorStream: NodeJS.WriteStream, fail: () => void): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED.has(error.code ?? '')) fail()
  })
  errorStream.on('error', () => {})
}

/** The parts of a stream that printing needs. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** A terminal over two streams; control characters are removed from the lines. */
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
