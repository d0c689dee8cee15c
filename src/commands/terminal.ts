/** Where a command prints. Results go to `out` or `show`, everything else to `err` or `error`. */
import { printable } from '../text/printable.ts'
import { hasColors, painted, type PrintingEnvironment } from './paint.ts'

/** How much a command says on standard error: errors only, notices and one line for each model, or everything that was measured. */
export type Verbosity = 'quiet' | 'normal' | 'verbose'

export interface Terminal {
  /** Prints results to standard output, exactly: data for machines, and text without verdicts. A line end is added unless the text has one. */
  readonly out: (text: string) => void
  /** Prints results for people to standard output; verdicts are colored if the stream shows colors. */
  readonly show: (text: string) => void
  /** Prints a line of progress or a notice to standard error; nothing with `--quiet`. */
  readonly err: (text: string) => void
  /** Prints an error to standard error. */
  readonly error: (text: string) => void
  /** Standard error's stream, for progress bars. */
  readonly errorStream: NodeJS.WriteStream
  readonly verbosity: Verbosity
  /** Characters that fit a line of standard output. */
  readonly columns: number
  /** Aborted by Ctrl-C and other signals. */
  readonly signal: AbortSignal
}

/** Errors of a closed reader: `head` that has read enough, or a terminal that was closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'EBADF', 'ENXIO'])

/**
 * Lets a command continue, and write its files, when its reader has closed the stream: further output is dropped. `fail` is called when standard output
 * cannot be written for another reason, such as a full disk.
 */
export function tolerateClosedReaders(output: NodeJS.WriteStream, errorStream: NodeJS.WriteStream, fail: (error: Error) => void): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED.has(error.code ?? '')) fail(error)
  })
  errorStream.on('error', () => {})
}

/** The parts of a stream that printing needs. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** Width of lines if a terminal does not say its own. */
const TERMINAL_COLUMNS = 80
/** Width of tables in a pipe or a file, unless COLUMNS gives another. */
const PIPE_COLUMNS = 120

/** A terminal over two streams; control characters are removed from the lines. */
export function terminalOver(output: OutputStream, errorStream: NodeJS.WriteStream, signal: AbortSignal, env: PrintingEnvironment = process.env): Terminal {
  const writer = (stream: OutputStream, paint: (text: string) => string) => (text: string) =>
    void stream.write(paint(text.endsWith('\r\n') ? printable(text) : `${printable(text)}\n`))
  const plain = (text: string) => text
  const colored = (stream: OutputStream) => (hasColors(stream, env) ? painted : plain)
  return {
    out: writer(output, plain),
    show: writer(output, colored(output)),
    err: writer(errorStream, plain),
    error: writer(errorStream, colored(errorStream)),
    errorStream,
    verbosity: 'normal',
    columns: output.isTTY ? output.columns || TERMINAL_COLUMNS : pipeColumns(env),
    signal,
  }
}

/** COLUMNS as a number; the usual width if it is not one. */
function pipeColumns({ COLUMNS: text = '' }: PrintingEnvironment): number {
  const columns = Number(text)
  return Number.isSafeInteger(columns) && columns > 0 ? columns : PIPE_COLUMNS
}
