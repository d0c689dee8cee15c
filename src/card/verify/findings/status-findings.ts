/** Whether the statuses follow their profile. */
import { PROFILES, type StatusProfile } from '../../../compare/status.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import { profileText } from '../../status-text.ts'
import type { CardContext } from '../card-context.ts'
import { statusCell, statusOfRow } from '../checks/status-check.ts'
import type { Finding } from './finding.ts'

/** The cuts of published cards, with the majority class as chance. */
const CARD_WITH_MAJORITY: StatusProfile = { ...PROFILES.card, nearChance: { ...PROFILES.card.nearChance!, chance: 'baseline' } }

/** One finding, if the card has statuses. */
export function statusFindings({ figures: { benchmarks }, profile }: CardContext): Finding[] {
  const named = benchmarks.filter(({ status }) => status)
  if (named.length === 0) return []
  const fits = named.every((row) => statusCell(row, row.status!, profile).verdict === 'equal')
  // Published cards compare with uniform chance alone.
  const others = profile === PROFILES.card ? named.filter((row) => nameBy(row, profile) !== nameBy(row, CARD_WITH_MAJORITY)) : []
  const changes = others.map((row) => `${row.variant.row} is ${nameBy(row, CARD_WITH_MAJORITY)}`).join(', ')
  const compared = others.length > 0 ? ` Compared with the majority class too, ${changes}.` : ''
  return [
    {
      id: 'statuses',
      kind: fits && others.length === 0 ? 'note' : 'misleading',
      text: `The statuses ${fits ? 'follow' : 'do not follow'} their profile. ${profileText(profile)}${compared}`,
    },
  ]
}

/** The status by the split's own chance, whatever the card prints as chance. */
function nameBy(row: BenchmarkRow, profile: StatusProfile): string {
  return statusOfRow({ ...row, chance: null }, profile).name
}
