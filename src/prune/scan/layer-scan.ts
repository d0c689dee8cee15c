/** The record of a layer scan: what each layer or group is worth, task by task. Plain data; tables, the page and `prune drop` are made from it. */
import { z } from 'zod'

const number = z.number()
const interval = z.tuple([number, number])
const layer = z.number().int().nonnegative()

/** A task's score without a unit. */
const cellSchema = z.object({
  score: number,
  /** How much is lost: of an accuracy the difference of shares, original less variant; of a perplexity ln(variant / original). Negative for a gain. */
  loss: number,
  /** 95 %, paired item by item; null if items cannot be paired. */
  lossInterval: interval.nullable(),
})
export type ScanCell = z.infer<typeof cellSchema>

const taskSchema = z.object({
  task: z.string(),
  metric: z.string(),
  /** What `loss` is. */
  kind: z.enum(['accuracy', 'perplexity']),
  shots: z.number().int().nonnegative().nullable(),
  items: z.number().int().nonnegative().nullable(),
  /** Of the untouched model; accuracies as shares. */
  score: number,
  standardError: number.nullable(),
  /** What guessing scores; null for perplexities and if it is not known. */
  chance: number.nullable(),
  /** Spearman's rank correlation of the units' Block Influence and loss; null if one of them is the same for all. */
  correlation: number.nullable(),
})
export type ScanTask = z.infer<typeof taskSchema>

const unitSchema = z.object({
  /** Layers that were left out, from 0; both included. */
  first: layer,
  last: layer,
  /** One minus the mean cosine of input and output; from 0 to 2. */
  influence: number,
  /** Mean loss over the tasks with an accuracy; over all tasks if none has one. */
  damage: number,
  /** One a task. */
  cells: z.array(cellSchema),
})
export type ScannedUnit = z.infer<typeof unitSchema>

/** The kind of the tasks that damage is the mean of: those with an accuracy; all if none has one. */
export function damageKind({ tasks }: { readonly tasks: readonly Pick<ScanTask, 'kind'>[] }): ScanTask['kind'] {
  return tasks.some(({ kind }) => kind === 'accuracy') ? 'accuracy' : 'perplexity'
}

/** More than a model may have (src/model/families/common-fields.ts). */
const MOST_LAYERS = 10_000

/** A record that was read from a file. */
const recordSchema = z.object({
  kind: z.literal('layer-scan'),
  evalharness: z.string(),
  startedAt: z.string(),
  elapsedMs: number,
  model: z.object({
    label: z.string(),
    source: z.string(),
    revision: z.string().nullable(),
    architecture: z.string(),
    weightsHash: z.string().nullable(),
    layerCount: z.number().int().positive().max(MOST_LAYERS),
  }),
  settings: z.object({ group: z.number().int().positive(), limit: number.nullable(), maxLength: z.number().int().positive() }),
  tasks: z.array(taskSchema).min(1),
  /** In the order of the layers. */
  units: z.array(unitSchema).min(1),
  /** Of Block Influence and damage, as of a task. */
  correlation: number.nullable(),
  /** The tokens that Block Influence is a mean over. */
  influenceTokens: z.number().int().positive(),
  /** Layers × tokens of all models, as in a run record; null if no engine counts them. */
  work: z.object({ layerPassesAsked: number.nullable(), layerPassesDistinct: number.nullable(), layerPassesComputed: number.nullable() }),
  notes: z.array(z.string()),
})
export type LayerScan = z.infer<typeof recordSchema>

/** The same, with units that are layers of the model and a cell for each task. */
export const layerScanSchema = recordSchema
  .refine(({ units, model }) => units.every(({ first, last }) => first <= last && last < model.layerCount), 'a unit is not of the model’s layers')
  .refine(({ units, tasks }) => units.every(({ cells }) => cells.length === tasks.length), 'a unit does not have a cell for each task')
