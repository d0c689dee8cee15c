/** Checkpoints that quantizing tools left (scripts/make-quantization-goldens.py, make-compressed-goldens.py), and their scores. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { scoreRunnable, type GoldenRequest } from './score-runnable.ts'

const FOLDER = path.join(import.meta.dirname, 'goldens/checkpoints')
/** Nats per token, in float32 on weights strong enough that nothing can be left out unseen. */
const TOLERANCE = 5e-5

/** Names of all checkpoints. */
export const CHECKPOINTS: readonly string[] = readdirSync(FOLDER).sort()

/** A checkpoint of each layout. Those of compressed-tensors that are here have every other kind of scale and zero point. */
export const IN_FAST_SUITE: readonly string[] = CHECKPOINTS.filter(
  (name) => !name.startsWith('compressed-tensors-') || /-(?:int4-group-asymmetric|int4-act-order|int8-channel|fp8-block|fp8-dynamic)$/u.test(name),
)

/** The folder of a checkpoint. */
export function folderOf(name: string): string {
  return path.join(FOLDER, name)
}

/** The tool that its config.json names. */
export function methodOf(name: string): string {
  const config = JSON.parse(readFileSync(path.join(folderOf(name), 'config.json'), 'utf8')) as { quantization_config: { quant_method: string } }
  return config.quantization_config.quant_method
}

/** Requests whose score is not that of transformers over the same tool's unpacked weights; the tool itself if the record names another one. */
export async function missesOf(name: string): Promise<unknown[]> {
  const folder = folderOf(name)
  const { requests } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as { requests: GoldenRequest[] }
  const { scores, runnable } = await scoreRunnable(folder, {}, requests)
  const origin = runnable?.quantization?.origin
  if (origin !== methodOf(name)) return [{ origin }]
  return requests.flatMap((request, index) => {
    const difference = Math.abs(scores[index]!.logProb - request.log_prob) / request.continuation.length
    return difference <= TOLERANCE && scores[index]!.isGreedy === request.is_greedy ? [] : [{ index, difference, request, found: scores[index] }]
  })
}
