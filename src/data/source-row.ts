/** A row as the reader of any file format gives it. */

/** A row before it is checked. */
export interface SourceRow {
  /** Path of the file and position in it, such as `line 7`; for messages. */
  readonly place: string
  readonly value: unknown
  /** The format has only text: the value is an object of text cells, and the schema decides which are numbers or lists. */
  readonly isText?: boolean
}
