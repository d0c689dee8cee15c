/** Amounts of memory and disk space for people: in powers of 1024, as `--memory` takes them. */
import { count } from './count.ts'

const UNITS = ['', 'KiB', 'MiB', 'GiB']

/** `0.4 KiB`, `256.6 MiB`, `15.3 GiB`. */
export function byteSize(bytes: number): string {
  const power = bytes >= 2 ** 30 ? 3 : bytes >= 2 ** 20 ? 2 : 1
  return `${(bytes / 1024 ** power).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${UNITS[power]}`
}

/** Whole mebibytes, rounded up, whatever the size: `1,165 MiB`. For peaks that are compared with each other. */
export function mebibytes(bytes: number): string {
  return `${count(Math.ceil(bytes / 2 ** 20))} MiB`
}
