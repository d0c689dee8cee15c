/** Statuses and their profiles in words, as cards print them. */
import type { Status } from '../compare/comparison.ts'
import { TOO_FEW_ITEMS, type StatusProfile } from '../compare/status.ts'

/** `✅ Good`. */
export function statusText({ sign, name }: Status): string {
  return `${sign} ${name}`.trim()
}

/** The profile's rule in a sentence. */
export function profileText({ name, by, cuts, nearChance }: StatusProfile): string {
  const words = cuts.map((cut) => `${statusText(cut)} ${cut.atLeast === undefined ? 'below' : `from ${Number((cut.atLeast * 100).toPrecision(12))} %`}`)
  const basis = by === 'interval' ? 'the 95 % interval of the retention if there is one' : 'the retention alone'
  return `Status profile ${name}, by ${basis}: ${words.join(', ')}${nearChance ? `; ${chanceText(nearChance)}` : ''}.`
}

function chanceText(nearChance: NonNullable<StatusProfile['nearChance']>): string {
  const chance = nearChance.chance === 'uniform' ? 'uniform chance' : 'chance or the most frequent answer'
  return `${statusText(nearChance)} if a score is shown to be no better than ${chance}`
}

/** `✅ Good (82.6% retained)`; `❌ Not recommended` for a score no better than chance. */
export function useText(status: Status, retained: string | null, { nearChance }: StatusProfile): string {
  if (nearChance && status.name === nearChance.name && status.sign === nearChance.sign) return `${status.sign} Not recommended`.trim()
  return `${statusText(status)}${retained === null || status.name === TOO_FEW_ITEMS.name ? '' : ` (${retained} retained)`}`
}
