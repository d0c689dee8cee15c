/** Reference values for a device's numbers: benchmark/*.json of this package, made by transformers and lm-eval (scripts/make-benchmark-goldens.py). */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'

/** Which tools made a file, by name. */
export type MadeBy = Readonly<Record<string, string>>

/** A request and its log-probability. */
export interface RecordedRequest {
  readonly context: readonly number[]
  readonly continuation: readonly number[]
  /** Natural, summed over the continuation. */
  readonly logProb: number
  readonly isGreedy: boolean
}

/** A small random checkpoint of one family, by its config.json, and requests to it. */
export interface RecordedFamily {
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  readonly requests: readonly RecordedRequest[]
}

/** The first items of a built-in task: of each item the responses to its requests, log-probability and whether it is greedy; null for texts. */
export interface RecordedTask {
  /** The name of its results. */
  readonly task: string
  readonly items: readonly (readonly (readonly [logProb: number, isGreedy: boolean | null])[])[]
}

const madeBy = z.record(z.string(), z.string())
const tokens = z.array(z.number().int())
const familiesSchema = z.object({
  made_by: madeBy,
  families: z.array(
    z.object({
      family: z.string(),
      config: z.record(z.string(), z.unknown()),
      requests: z.array(z.object({ context: tokens, continuation: tokens, logProb: z.number(), isGreedy: z.boolean() })),
    }),
  ),
})
const tasksSchema = z.object({
  made_by: madeBy,
  tasks: z.array(z.object({ task: z.string(), items: z.array(z.array(z.tuple([z.number(), z.boolean().nullable()]))) })),
})

/** The small random checkpoints of all families. */
export async function recordedFamilies(): Promise<{ readonly madeBy: MadeBy; readonly families: readonly RecordedFamily[] }> {
  const { made_by: by, families } = familiesSchema.parse(await readRecorded('families.json'))
  return { madeBy: by, families }
}

/** The built-in tasks. */
export async function recordedTasks(): Promise<{ readonly madeBy: MadeBy; readonly tasks: readonly RecordedTask[] }> {
  const { made_by: by, tasks } = tasksSchema.parse(await readRecorded('tasks.json'))
  return { madeBy: by, tasks }
}

async function readRecorded(name: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(PACKAGE_FOLDER, 'benchmark', name), 'utf8'))
}
