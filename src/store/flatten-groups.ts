/** Groups of tasks, and of groups, as lists of tasks. */
import { lookUp } from '../io/look-up.ts'

/** For each group the tasks below it, through groups of groups. A name that lm-eval lists without subtasks is a task. */
export function flattenGroups(subtasks: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> {
  const isGroup = (name: string) => (lookUp(subtasks, name)?.length ?? 0) > 0
  const tasksBelow = (group: string): string[] => {
    // Each name once: groups may name each other, and one group in many ways.
    const seen = new Set([group])
    const waiting = [...subtasks[group]!].reverse()
    const found: string[] = []
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue
      seen.add(name)
      if (isGroup(name)) waiting.push(...[...subtasks[name]!].reverse())
      else found.push(name)
    }
    return found
  }
  return new Map(
    Object.keys(subtasks)
      .filter(isGroup)
      .map((name) => [name, tasksBelow(name)]),
  )
}
