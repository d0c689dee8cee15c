/** The items of a task or group with the rules that are about them. */
import type { Population } from './population.ts'
import type { RuleTrack } from './rule-track.ts'

/** A task or group of the policy, with its rules. */
export interface RuledPopulation {
  readonly population: Population
  readonly tracks: readonly RuleTrack[]
}
