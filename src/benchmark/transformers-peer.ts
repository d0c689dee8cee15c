/** The same requests scored by transformers, if there is a Python that has it: how much faster is a device here, and does it choose the same tokens? */
import { execFile, spawn } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { killAtExit } from '../io/at-exit.ts'
import type { Engine } from '../engine/engine.ts'
import { EngineError, UsageError } from '../errors.ts'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import { errorText } from '../text/error-text.ts'
import type { ModelSize } from './model-size.ts'
import type { RandomModel, StoredType } from './random-model.ts'

/** A Python with torch and transformers. */
export interface Peer {
  readonly python: string
  readonly torch: string
  readonly transformers: string
  /** The GPU that torch sees; null for none. */
  readonly gpu: string | null
}

/** The inputs of transformers. */
export interface PeerJob {
  readonly size: ModelSize
  readonly model: RandomModel
  readonly stored: StoredType
  readonly device: 'cuda' | 'cpu'
  /** Input tokens; transformers scores the token after each. */
  readonly inputs: readonly Int32Array[]
  /** Measuring ends after so long. */
  readonly seconds: number
  readonly signal?: AbortSignal | undefined
}

const resultSchema = z.object({
  versions: z.object({ torch: z.string(), transformers: z.string() }),
  device: z.string(),
  attention: z.string().nullish(),
  load_seconds: z.number(),
  seconds: z.number(),
  tokens: z.number(),
  scored: z.array(z.number().int()),
  best: z.array(z.number().int()),
  log_prob: z.array(z.number()),
})
/** The results of transformers. */
export type PeerResult = z.infer<typeof resultSchema>

/** Comparison of an engine with transformers on the same sequences. */
export interface PeerRecord {
  readonly versions: Readonly<Record<string, string>>
  readonly device: string
  readonly sequences: number
  readonly transformersSeconds: number
  readonly seconds: number
  /** How many times faster the engine is. */
  readonly ratio: number
  /** Share of the sequences behind which both choose the same token. */
  readonly argmaxEqual: number
  /** Nats: mean difference of that token's log-probability. */
  readonly meanDifference: number
}

const PROBE = `
import json, torch, transformers
print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__, "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None}))`
const probeSchema = z.object({ torch: z.string(), transformers: z.string(), gpu: z.string().nullable() })
/** Importing torch takes seconds, on a cold disk many. */
const PROBE_MS = 120_000
/** Padded tokens of a batch. */
const BATCH_TOKENS = { cuda: 8192, cpu: 1024 } as const

/** The Python that was named, which must work, else `python3` if that has both packages; null if it has not. Fails with UsageError on one that was named. */
export async function findPeer(named: string | undefined): Promise<Peer | null> {
  const python = named ?? 'python3'
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', PROBE], { timeout: PROBE_MS })
    return { python, ...probeSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1)!)) }
  } catch (cause) {
    if (named === undefined) return null
    const lines = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n') : []
    throw new UsageError(
      `--python ${named} does not import torch and transformers: ${lines.at(-1) || errorText(cause)}`,
      'Give the Python of an environment that has both, or leave the option out.',
      { cause },
    )
  }
}

/** Scores the sequences with transformers. Fails with EngineError. */
export async function askPeer({ python }: Peer, { size, model, stored, device, inputs, seconds, signal }: PeerJob): Promise<PeerResult> {
  const tensors = Object.fromEntries([...model.weights.tensors].map(([name, { shape, byteOffset }]) => [name, { shape, byteOffset }]))
  const job = {
    config: size.raw,
    file: model.file,
    tensors,
    dtype: stored,
    device,
    sequences: inputs.map((input) => [...input]),
    seconds,
    batch_tokens: BATCH_TOKENS[device],
  }
  const child = spawn(python, [path.join(PACKAGE_FOLDER, 'benchmark/transformers-rate.py')], { stdio: ['pipe', 'pipe', 'pipe'], ...(signal && { signal }) })
  killAtExit(child)
  const [output, errors]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(job))
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
  if (code !== 0)
    throw new EngineError(
      `transformers failed: ${errors.join('').trim().split('\n').at(-1) || (signal?.aborted ? 'it took too long' : `exit code ${code}`)}`,
      'Give another --python, or leave the option out.',
    )
  return resultSchema.parse(JSON.parse(output.join('').trim().split('\n').at(-1)!))
}

/** Scores the same sequences with an engine and compares. The engine should be warm. */
export async function compareWithPeer(engine: Pick<Engine, 'score'>, inputs: readonly Int32Array[], result: PeerResult): Promise<PeerRecord> {
  const sequences = result.scored.map((index, place): Sequence => ({ input: inputs[index]!, targets: Int32Array.of(result.best[place]!) }))
  const scores: SequenceScore[] = []
  const startedAt = performance.now()
  for await (const batch of engine.score(sequences)) scores.push(...batch.scores)
  const seconds = (performance.now() - startedAt) / 1000
  const differences = scores.map(({ sequence, logProb }) => Math.abs(logProb - result.log_prob[sequence]!))
  return {
    versions: result.versions,
    device: result.device,
    sequences: sequences.length,
    transformersSeconds: result.seconds,
    seconds,
    ratio: result.seconds / seconds,
    argmaxEqual: scores.filter(({ isGreedy }) => isGreedy).length / scores.length,
    meanDifference: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
  }
}
