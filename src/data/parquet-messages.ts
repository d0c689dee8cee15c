/** What goes between the program and the process that reads parquet files. Plain data. */

/** Reads the rows of a row group, or, without one, how many groups there are. */
export interface ParquetQuestion {
  readonly file: string
  readonly group: number | null
}

/** Row groups of a file, rows of one, or why there are none. */
export type ParquetAnswer =
  | { readonly kind: 'groups'; readonly count: number }
  | { readonly kind: 'rows'; readonly rows: readonly unknown[]; /** Index of the first in the file. */ readonly start: number }
  | { readonly kind: 'failed'; readonly message: string }
