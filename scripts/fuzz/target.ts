/** A fuzz target: valid files, and the reader of them. */
import type { Files } from './mutate.ts'

/** A kind of file that is untrusted input. */
export interface FuzzTarget {
  readonly name: string
  /** Good inputs, of which bad ones are made. */
  readonly seeds: readonly Files[]
  /** Files may be links that lead out of the folder: they are to be refused. */
  readonly links?: boolean
  /** Its part of all inputs, beside the others' shares. */
  readonly share: number
  /** Reads an input as a command does. What it throws must be a HarnessError; it throws something else if a promise is broken. */
  readonly read: (folder: string) => Promise<void>
}
