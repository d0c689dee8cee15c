/** The tasks that a name of a catalogue means: of a task, a group or a tag; lm-eval `tasks/_factory.py`. */
import path from 'node:path'
import { UsageError } from '../../errors.ts'
import { metricOf } from '../../metrics/registry.ts'
import { isRecord } from '../field-checks.ts'
import { shownValue } from '../shown-value.ts'
import type { Catalogue } from './catalogue.ts'
import { TaskRefused } from './task-refused.ts'
import { versionOf, type YamlFields } from './yaml-file.ts'

/** Keys of a group itself; its others are keys for all of its tasks. */
const GROUP_KEYS: readonly string[] = ['group', 'group_alias', 'task', 'aggregate_metric_list', 'metadata', 'tag']
const MOST_DEPTH = 20

/** A task to build. */
export interface FoundTask {
  readonly name: string
  readonly fields: YamlFields
  readonly file: string
}

/** A group with a score of its own. */
export interface TaskGroup {
  readonly name: string
  /** Names of tasks, in order; those of groups within it too. */
  readonly members: readonly string[]
  readonly metrics: readonly GroupMetric[]
  readonly version: number
}

/** A metric of a group: the mean over its tasks. */
export interface GroupMetric {
  readonly metric: string
  /** Weighted by numbers of items; else each task counts the same. */
  readonly weightBySize: boolean
}

/** What a name means. */
export interface Expansion {
  readonly tasks: ReadonlyMap<string, FoundTask>
  /** Outer groups first. */
  readonly groups: readonly TaskGroup[]
}

/** Fails with UsageError on a group that is not well-formed, and with TaskRefused on what is not supported. Undefined if the name is unknown. */
export function expandName(name: string, catalogue: Catalogue): Expansion | undefined {
  return expand(name, {}, catalogue, 0)
}

function expand(name: string, overrides: YamlFields, catalogue: Catalogue, depth: number): Expansion | undefined {
  if (depth > MOST_DEPTH) throw new UsageError(`the group ${name} contains itself`, 'Remove it from its own members.')
  const task = catalogue.tasks.get(name)
  if (task) return ofTasks([{ name, fields: { ...task.fields, ...overrides }, file: task.file }])
  const group = catalogue.groups.get(name)
  if (group) return expandGroup({ name, fields: group.fields, file: group.file }, overrides, catalogue, depth)
  const tagged = catalogue.tags.get(name)
  return tagged && merged(tagged.map((member) => expand(member, overrides, catalogue, depth + 1)!))
}

function expandGroup(group: FoundTask, overrides: YamlFields, catalogue: Catalogue, depth: number): Expansion {
  const { name, fields, file } = group
  const own = Object.fromEntries(Object.entries(fields).filter(([key]) => !GROUP_KEYS.includes(key)))
  const members: unknown[] = typeof fields['task'] === 'string' ? [fields['task']] : Array.isArray(fields['task']) ? (fields['task'] as unknown[]) : []
  if (members.length === 0) throw new UsageError(`${file}: the group ${name} has no tasks`, 'Write task: [NAME, …].')
  const parts = members.map((member) => expandMember(member, group, { ...own, ...overrides }, catalogue, depth + 1))
  const { tasks, groups } = merged(parts)
  const metrics = groupMetrics(fields['aggregate_metric_list'], `${file}: aggregate_metric_list`)
  const record = { name, members: [...tasks.keys()], metrics, version: versionOf(fields) }
  return { tasks, groups: metrics.length > 0 ? [record, ...groups] : groups }
}

/** A name, or keys that a task or group has here; those of a name that is not in the catalogue define it. */
function expandMember(member: unknown, { name: group, file }: FoundTask, overrides: YamlFields, catalogue: Catalogue, depth: number): Expansion {
  if (typeof member === 'string') return expand(member, overrides, catalogue, depth) ?? unknownMember(member, group, file, catalogue)
  if (!isRecord(member)) throw new UsageError(`${file}: task: ${shownValue(member)} is not a task`, 'Write names, or task: NAME with other keys.')
  const { group: inner, task, ...keys } = member
  if (typeof inner === 'string') {
    if (catalogue.groups.has(inner)) return expand(inner, { ...overrides, ...keys, ...(task !== undefined && { task }) }, catalogue, depth)!
    return expandGroup({ name: `${group}_${inner}`, fields: member, file }, overrides, catalogue, depth)
  }
  if (typeof task !== 'string') throw new UsageError(`${file}: task: ${shownValue(member)} has neither task nor group`, 'Write task: NAME.')
  const known = expand(task, { ...overrides, ...keys }, catalogue, depth)
  if (known) return known
  if (!('dataset_path' in keys) && !('dataset_path' in overrides)) unknownMember(task, group, file, catalogue)
  return ofTasks([{ name: `${group}_${task}`, fields: { ...overrides, ...keys }, file }])
}

function unknownMember(name: string, group: string, file: string, { tasks }: Catalogue): never {
  throw new UsageError(`${file}: the group ${group} has the unknown task ${name}`, `Known are ${tasks.size} tasks of this folder: ${path.dirname(file)}.`)
}

function ofTasks(tasks: readonly FoundTask[]): Expansion {
  return { tasks: new Map(tasks.map((task) => [task.name, task])), groups: [] }
}

function merged(parts: readonly Expansion[]): Expansion {
  return { tasks: new Map(parts.flatMap(({ tasks }) => [...tasks])), groups: parts.flatMap(({ groups }) => groups) }
}

function groupMetrics(given: unknown, place: string): GroupMetric[] {
  if (given === undefined || given === null) return []
  return (Array.isArray(given) ? (given as unknown[]) : [given]).map((entry) => {
    const { metric, aggregation = 'mean', weight_by_size: weightBySize = true, filter_list: filters = null } = isRecord(entry) ? entry : {}
    if (typeof metric !== 'string') throw new UsageError(`${place}: ${shownValue(entry)} has no metric`, 'Write metric: acc.')
    if (aggregation !== 'mean') throw new TaskRefused(`${place}: the aggregation ${shownValue(aggregation)} is not supported`, 'aggregation of a group')
    const isOwnFilter = filters !== null && (Array.isArray(filters) ? filters.some((each) => each !== 'none') : filters !== 'none')
    if (isOwnFilter) throw new TaskRefused(`${place}: filter_list: filters are for generated text`, 'filter_list of a group')
    return { metric: metricOf(metric).name, weightBySize: Boolean(weightBySize) }
  })
}
