/** What of a folder of lm-eval's YAML can run, and why the rest cannot. */
import path from 'node:path'
import type { Catalogue, CatalogueEntry } from './catalogue.ts'
import { buildFound } from './load-yaml-tasks.ts'

/** A task that cannot run. */
export interface RefusedTask {
  readonly name: string
  /** One for many tasks. */
  readonly reason: string
  /** With the value. */
  readonly message: string
}

/** The tasks of a folder. */
export interface Survey {
  readonly runnable: readonly string[]
  readonly refused: readonly RefusedTask[]
  readonly groups: readonly string[]
  readonly tags: readonly string[]
  /** Tasks by reason, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[]
  readonly unread: Catalogue['unread']
}

/** Looks at every task, without data and without running anything of the folder. */
export function surveyCatalogue({ tasks, groups, tags, unread }: Catalogue): Survey {
  const runnable: string[] = []
  const refused: RefusedTask[] = []
  for (const entry of tasks.values()) {
    const why = refusalOf(entry)
    if (why) refused.push({ name: entry.name, ...why })
    else runnable.push(entry.name)
  }
  const counts = new Map<string, number>()
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const reasons = [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
  return { runnable: runnable.sort(), refused, groups: [...groups.keys()].sort(), tags: [...tags.keys()].sort(), reasons, unread }
}

function refusalOf(entry: CatalogueEntry): Omit<RefusedTask, 'name'> | undefined {
  const { refusal, missing } = buildFound(entry)
  if (refusal) return { reason: refusal.reason, message: refusal.message }
  if (!missing) return undefined
  const module = `${missing.name.split('.').slice(0, -1).join('/')}.js`
  return {
    reason: 'a Python function without a JavaScript one',
    message: `!function ${missing.name}: there is no ${module} beside ${path.basename(entry.file)}`,
  }
}
