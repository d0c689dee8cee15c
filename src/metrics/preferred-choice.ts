/** Which choice a model prefers; lm-eval `api/task.py` `ConfigurableTask.process_results`. */
import type { AccuracyMetric, CardMetric, OfChoices, ScoredChoices } from './metric.ts'
import { share } from './share.ts'

/** How strongly a model prefers the choice with that index; the largest wins. */
export type Preference = (item: ScoredChoices, index: number) => number

/** What an accuracy over choices is made of. */
export interface PreferenceFields<Name extends string> {
  readonly name: Name
  readonly preference: Preference
  readonly needsUnconditional?: boolean
  readonly card?: Pick<CardMetric, 'type' | 'name'>
}

/** The share of items whose preferred choice is a right one. The first of several equal choices wins. */
export function preferenceAccuracy<const Name extends string>({
  name,
  preference,
  needsUnconditional = false,
  card,
}: PreferenceFields<Name>): AccuracyMetric<Name, number> & OfChoices<number> {
  return {
    ...share(name, card),
    input: 'choices',
    needsUnconditional,
    itemValue: (item) => (item.gold.includes(preferredChoice(item, preference)) ? 1 : 0),
    isTied: (item) => isTied(item, preference),
  }
}

/** Index of the preferred choice. The first of several equal choices wins. */
export function preferredChoice(item: ScoredChoices, preference: Preference): number {
  const values = item.choices.map((_, index) => preference(item, index))
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0)
}

/** Whether several choices are preferred equally to all others. */
export function isTied(item: ScoredChoices, preference: Preference): boolean {
  const values = item.choices.map((_, index) => preference(item, index))
  const best = Math.max(...values)
  return values.filter((value) => value === best).length > 1
}
