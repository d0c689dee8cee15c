/** Notes on where the scores of a comparison come from. */
import type { StoredRun } from '../store/stored-run.ts'

/** What a reader must know: interrupted runs, notes from reading the files, scores of different tools. */
export function provenanceNotes(original: StoredRun, variants: readonly StoredRun[]): string[] {
  const runs = [original, ...variants]
  return [
    ...runs.flatMap(({ label, isComplete }) => (isComplete ? [] : [`${label} was interrupted: items that it did not reach are missing`])),
    ...runs.flatMap((run) => run.notes?.map((note) => `${run.label}: ${note}`) ?? []),
    ...variants.flatMap((variant) => toolNotes(original, variant)),
  ]
}

/** What reading the runs left out, to follow a hint: the missing task may be there. */
export function leftOutText(runs: readonly StoredRun[]): string {
  return runs.flatMap((run) => run.notes?.map((note) => ` ${run.label}: ${note}.`) ?? []).join('')
}

function toolNotes(original: StoredRun, variant: StoredRun): string[] {
  if (variant.kind !== original.kind) {
    const [cited, measured] = original.kind === 'cited' ? [original, variant] : [variant, original]
    return [`${cited.label}'s scores are cited (${cited.tool}), ${measured.label}'s were measured (${measured.tool}): not like for like`]
  }
  return variant.tool === original.tool ? [] : [`${original.label} was scored by ${original.tool}, ${variant.label} by ${variant.tool}`]
}
