/** Parses amounts of memory. */
import { UsageError } from '../errors.ts'

/** `3G`, `800M`, `1.5GiB`: powers of 1024, as memory is counted. Fails with UsageError, which names the option. */
export function parseBytes(option: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([KMGT])(?:i?B)?$/iu.exec(text) ?? []
  if (amount === undefined || unit === undefined)
    throw new UsageError(`--${option} ${text} is not an amount of memory`, `Give for example --${option} 3G or --${option} 800M.`)
  return Math.floor(Number(amount) * 1024 ** ('KMGT'.indexOf(unit.toUpperCase()) + 1))
}
