/** Measures likely bottlenecks of a device: forms of attention and of the head side by side, and batch sizes. */
import path from 'node:path'
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import { measureAttention } from './measure-attention.ts'
import { measureBatches } from './measure-batches.ts'
import { measureHead } from './measure-head.ts'
import { makeRandomModel, planRandomWeights, type StoredType } from './random-model.ts'
import type { SuspectJob, SuspectRecord, ValuesFile } from './suspect-record.ts'

/** Measures the named parts, within the time budget. */
export async function measureSuspects(job: SuspectJob): Promise<readonly SuspectRecord[]> {
  const records: SuspectRecord[] = []
  const onRecord = (record: SuspectRecord) => void records.push(record)
  await using values = await openValues(job)
  if (job.suspects.includes('attention')) await measureAttention(job, values, onRecord)
  if (job.suspects.includes('head')) await measureHead(job, values, onRecord)
  if (job.suspects.includes('batch')) await measureBatches(job, onRecord)
  return records
}

async function openValues({ size, dtype }: SuspectJob): Promise<ValuesFile & AsyncDisposable> {
  const folder = makeTemporaryFolder('values')
  const stored: StoredType = dtype === 'float16' ? 'F16' : 'BF16'
  const { file } = await makeRandomModel(folder.path, size.config, stored)
  const { onesBytes } = planRandomWeights(size.config, stored)
  return { root: folder.path, location: path.basename(file), stored, firstByte: onesBytes, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
