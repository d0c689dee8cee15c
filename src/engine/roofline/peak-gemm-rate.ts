/** How fast a machine does a model's matrix products when it does nothing else, measured where the model runs. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { gemmBenchmarkGraph } from '../../graph/gemm-benchmark.ts'
import type { FloatType } from '../../graph/onnx-model.ts'
import type { Device } from '../devices/device.ts'
import { projectionOperations } from './operations.ts'
import type { SessionProcess } from '../onnx/session-process.ts'

/** A measurement takes at least so many milliseconds. */
const LEAST_MS = 150
/** Bounds of the rows of one pass: those of the full rate, which more of them lower (ADR 14), and no more operations than a small machine does in a part of a second. */
const MOST_ROWS = 1024
const LEAST_ROWS = 256
const PASS_OPERATIONS = 3e10
/** A GPU needs more rows for its full rate: they are doubled twice at a time up to so many, while a pass is shorter than this, and the best rate counts. */
const DEVICE_ROWS = 16_384
const DEVICE_PASS_MS = 200

/** Rows of one pass for a model. */
export function bareRows(config: Parameters<typeof projectionOperations>[0]): number {
  let rows = MOST_ROWS
  while (rows > LEAST_ROWS && rows * projectionOperations(config) > PASS_OPERATIONS) rows /= 2
  return rows
}

/** Where and in which type products are measured: as the model runs. */
interface BareRateOptions {
  readonly threads: number | undefined
  readonly device: Device
  readonly type: FloatType
}

/** Measures in a process that runs the model: operations a second. The first time there it makes a session of one layer's weights. */
export function peakGemmMeter(config: ModelConfig, weights: RunnableWeights, options: BareRateOptions): (process: SessionProcess) => Promise<number> {
  const { threads, device, type } = options
  /** Rows of a pass, by process that is ready. */
  const ready = new WeakMap<SessionProcess, number>()
  return async (process) => {
    const pass = (rows: number) =>
      process.time({ shape: { type: 'int64', values: BigInt64Array.of(BigInt(rows), BigInt(config.hiddenSize)), shape: [2] } }, 'bare products')
    if (!ready.has(process)) {
      await process.load(gemmBenchmarkGraph(config, weights, type), { root: weights.root, threads, isOptimized: true, device }, 'bare products')
      // The first pass asks the system for its memory.
      await pass(bareRows(config))
      ready.set(process, device.provider === 'cpu' ? bareRows(config) : await bestRows(pass))
    }
    const rows = ready.get(process)!
    let passes = 0
    let milliseconds = 0
    for (; milliseconds < LEAST_MS; passes++) milliseconds += await pass(rows)
    return (passes * rows * projectionOperations(config) * 1000) / milliseconds
  }
}

/** The rows of the highest rate. Each number of them is tried twice, for the first time takes memory. */
async function bestRows(pass: (rows: number) => Promise<number>): Promise<number> {
  let best = { rows: LEAST_ROWS, perRow: Infinity }
  for (let rows = LEAST_ROWS; rows <= DEVICE_ROWS; rows *= 4) {
    await pass(rows)
    const milliseconds = await pass(rows)
    if (milliseconds / rows < best.perRow) best = { rows, perRow: milliseconds / rows }
    if (milliseconds > DEVICE_PASS_MS) break
  }
  return best.rows
}
