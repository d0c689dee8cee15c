/** What a policy cannot see: a baseline that only guesses has nothing to lose. */
import { chanceOf } from '../compare/chance.ts'
import { entriesOf, itemCountOf, itemsOf } from '../compare/entries.ts'
import { scoreInterval } from '../compare/score-interval.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { percent } from '../report/numbers.ts'
import { counted } from '../text/count.ts'
import type { JudgedRule } from './judge-comparison.ts'

/** A sentence for each task whose accuracy the rules judge and on which the baseline is not better than guessing, or its items do not show that it is. */
export function chanceNotes(baseline: StoredRun, rules: readonly Pick<JudgedRule, 'task' | 'metric' | 'kind'>[]): string[] {
  const entries = new Map(entriesOf(baseline).map((entry) => [entry.name, entry]))
  const notes = rules.flatMap(({ task, metric, kind }) => {
    const entry = kind === 'min_retention' || kind === 'max_drop_points' ? entries.get(task) : undefined
    const score = entry?.scores.find((one) => one.metric === metric)
    const chance = entry && chanceOf(task, itemsOf(entry))
    if (!score || !chance) return []
    const scored = `${task}: the baseline’s ${metric} of ${percent(score.value)}`
    const guessing = percent(chance.baseline)
    if (score.value <= chance.baseline) return [`${scored} is not above guessing (${guessing}), so verdicts on it say nothing about what was kept`]
    const itemCount = itemCountOf(entry)
    if (scoreInterval(score, itemCount)[0] > chance.baseline) return []
    const on = itemCount === null ? '' : ` on ${counted(itemCount, 'item')}`
    return [`${scored}${on} may be guessing (${guessing}), so verdicts on it may say nothing about what was kept`]
  })
  return [...new Set(notes)]
}
