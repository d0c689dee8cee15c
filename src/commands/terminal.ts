/** Where a command's words go. Results to `out`, everything else to `err`. */
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
