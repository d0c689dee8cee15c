/** Checks that the candidate would be asked exactly the baseline's items, before anything is scored. */
import { CompareError } from '../../errors.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import { promptHash, targetHash } from '../../store/sample.ts'
import type { ScoredItem } from '../../task/score-items.ts'
import { itemName, type Population } from './population.ts'

/**
 * Fails with CompareError, with the first task or row that differs, unless the tasks have the baseline's versions and every item of the populations is
 * loaded with its prompt and right answer.
 */
export function checkSameItems(populations: readonly Population[], loadedTasks: readonly LoadedTask[]): void {
  checkVersions(populations, loadedTasks)
  const items = new Map<string, ScoredItem['item']>()
  for (const { parts } of loadedTasks)
    for (const part of parts) for (const item of part.items) if (item.kind !== 'corpus') items.set(itemName(part.name, item.docId), item)
  for (const { drawn } of populations)
    for (const { part, item } of drawn) {
      const own = items.get(itemName(part, item.docId))
      const reason = own ? difference(own, item) : 'is not in the dataset'
      if (reason !== null)
        throw new CompareError(
          `the runs cannot be compared: row ${item.docId} of ${part} ${reason}`,
          'Give the rows, few-shot examples and task files of the baseline (--data, --num-fewshot, --fewshot-seed, --task-file), or bless another baseline.',
        )
    }
}

function checkVersions(populations: readonly Population[], loadedTasks: readonly LoadedTask[]): void {
  const versions = new Map(loadedTasks.flatMap(({ task, parts }) => parts.map(({ name }) => [name, task.version] as const)))
  for (const { name, version } of populations.flatMap(({ entry }) => entry.strata)) {
    const own = versions.get(name)
    // lm-eval writes versions as 1 and as 1.0.
    if (own === undefined || version === null || Number(version) === own) continue
    throw new CompareError(`the runs cannot be compared: ${name} has version ${version} in the baseline and ${own} here`, 'Score the baseline again.')
  }
}

function difference(own: ScoredItem['item'], baseline: { readonly promptHash: string; readonly targetHash: string }): string | null {
  if (promptHash(own) !== baseline.promptHash) return 'has another prompt in the baseline: the template or the few-shot examples differ'
  return targetHash(own) === baseline.targetHash ? null : 'has another right answer in the baseline: the datasets differ'
}
