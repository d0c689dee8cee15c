/** A dataset that can be read: the requested rows, their source, and a reader. */
import type { DatasetSource } from '../task/define-task.ts'
import type { SourceRow } from './source-row.ts'

/** The rows to find: a task's source with split and configuration, and where local files are. */
export interface DatasetQuery {
  readonly taskName: string
  readonly dataset: DatasetSource
  readonly split: string
  /** Configuration of a subset; the source's own when absent. */
  readonly config?: string
  /** `config` is a subset: by default its rows have a file of their own. */
  readonly isSubset?: boolean
  /** The split has the few-shot examples; errors say so. */
  readonly isForShots?: boolean
  /** Folder of local datasets. */
  readonly dataDir?: string
  /** File with the rows; for a task with subsets a folder, which replaces `dataDir`. */
  readonly dataFile?: string
}

/** Where the rows were read from; part of the run record. */
export type DataOrigin =
  | { readonly kind: 'file'; readonly path: string; /** Of the content, hexadecimal. */ readonly sha256: string }
  | {
      readonly kind: 'hub'
      readonly repo: string
      readonly config: string | null
      readonly split: string
      /** Commit. */ readonly revision: string
      readonly files: readonly string[]
    }

/** Rows of a dataset of the hub, as `load_dataset` names them. */
export interface HubRows {
  readonly repo: string
  readonly config: string | null
  readonly split: string
}

/** Rows that can be read. */
export interface Dataset {
  readonly origin: DataOrigin
  /** All rows in order. Reading stops when the consumer stops. */
  rows(): AsyncIterable<SourceRow>
}
