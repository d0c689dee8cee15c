/** What a policy cannot see: a baseline that only guesses has nothing to lose. */
import { chanceOf } from '../compare/chance.ts'
import { entriesOf, itemsOf } from '../compare/entries.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { percent } from '../report/numbers.ts'
import type { JudgedRule } from './judge-comparison.ts'

/** A sentence for each task whose accuracy the rules judge and on which the baseline is not better than guessing. */
export function chanceNotes(baseline: StoredRun, rules: readonly Pick<JudgedRule, 'task' | 'metric' | 'kind'>[]): string[] {
  const entries = new Map(entriesOf(baseline).map((entry) => [entry.name, entry]))
  const notes = rules.flatMap(({ task, metric, kind }) => {
    const entry = kind === 'min_retention' || kind === 'max_drop_points' ? entries.get(task) : undefined
    const score = entry?.scores.find((one) => one.metric === metric)
    const chance = entry && chanceOf(task, itemsOf(entry))
    if (!score || !chance || score.value > chance.baseline) return []
    return [
      `${task}: the baseline’s ${metric} of ${percent(score.value)} is not above guessing (${percent(chance.baseline)}), so verdicts on it say nothing about what was kept`,
    ]
  })
  return [...new Set(notes)]
}
