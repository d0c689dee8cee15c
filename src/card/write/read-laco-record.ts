/** laco.json, for the tables of a collapsed checkpoint's card. */
import { z } from 'zod'
import { CardError } from '../../errors.ts'
import type { LacoRecord } from '../../prune/pruning-record.ts'
import { readJsonFile } from '../read/read-json-file.ts'

const count = z.number().int().nonnegative()
/** What the tables need of a laco.json. */
const lacoSchema = z.looseObject({
  method: z.literal('laco'),
  base_model: z.looseObject({ source: z.string() }),
  original: z.looseObject({ layers: count, parameters: count }),
  pruned: z.looseObject({ layers: count, parameters: count }),
  layers_removed: count,
  layer_compression: z.number(),
  parameter_compression: z.number(),
  settings: z.looseObject({
    merge_layers: z.number(),
    lowest_layer: z.number(),
    highest_layer: z.number(),
    interval: z.number(),
    threshold: z.number(),
    max_compression: z.number(),
  }),
  iterations: z.array(z.unknown()),
  accepted: count,
  rejected: count,
  similarities: z.array(z.number()).min(1),
})

/** The record in a laco.json. Fails with CardError. */
export async function readLacoRecord(file: string): Promise<LacoRecord> {
  const content = await readJsonFile(file)
  const checked = lacoSchema.safeParse(content)
  if (!checked.success)
    throw new CardError(
      `${file} is not the record of a layer collapse: ${z.prettifyError(checked.error)}`,
      'Give the laco.json that `evalharness prune laco` wrote.',
    )
  return content as LacoRecord
}
