/** What the readers of all file formats give. */

/** A row as its file holds it. */
export interface SourceRow {
  /** Path of the file, and the place in it that a reader can find, such as `line 7`. */
  readonly place: string
  readonly value: unknown
  /** The format knows text only: the value is an object of cells, and the schema tells which are numbers or lists. */
  readonly isText?: boolean
}
