/** Reads the record of a layer scan. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { StoreError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import { layerScanSchema, type LayerScan } from './layer-scan.ts'

const HINT = 'Give a layers_TIME.json that `evalharness layers` wrote.'

/** The record in `file`. Fails with StoreError on one that is missing or malformed. */
export async function readScan(file: string): Promise<LayerScan> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError(`cannot read ${file}`, HINT, { cause })
  })
  let content: unknown
  try {
    content = parseJson(text)
  } catch (cause) {
    throw new StoreError(`${file} is not JSON`, HINT, { cause })
  }
  const checked = layerScanSchema.safeParse(content)
  if (!checked.success) throw new StoreError(`${file} is not the record of a layer scan: ${z.prettifyError(checked.error)}`, HINT)
  return checked.data
}
