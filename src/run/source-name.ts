import type { Dataset } from '../data/dataset.ts'

/** How messages name the source of rows: the path of a file, or repository and split. */
export function sourceName({ origin }: Dataset): string {
  return origin.kind === 'file' ? origin.path : `${origin.repo} ${origin.split}`
}
