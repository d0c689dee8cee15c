/** The peak GEMM rate: how fast a machine computes a model's matrix products and nothing else, measured where the model runs. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { gemmBenchmarkGraph } from '../../graph/gemm-benchmark.ts'
import type { FloatType } from '../../graph/onnx-model.ts'
import { tokenProjections } from '../../model/weights/token-projections.ts'
import { providerOf, type Device } from '../devices/device.ts'
import { projectionOperations } from './operations.ts'
import type { SessionProcess } from '../onnx/session-process.ts'

/** A measurement takes at least this long, in milliseconds. */
const LEAST_MS = 150
/** Bounds of the rows of one pass. More rows than the most lower the rate (ADR 14); a pass takes a small machine a fraction of a second. */
const MOST_ROWS = 1024
const LEAST_ROWS = 256
const PASS_OPERATIONS = 3e10

/** A GPU needs more rows for its full rate. Its rows are quadrupled up to this, as long as a pass is shorter than DEVICE_PASS_MS; the best rate counts. */
const DEVICE_ROWS = 16_384
const DEVICE_PASS_MS = 200

/** Rows of one pass for a model. */
export function benchmarkRows(config: ModelConfig): number {
  let rows = MOST_ROWS
  while (rows > LEAST_ROWS && rows * projectionOperations(config) > PASS_OPERATIONS) rows /= 2
  return rows
}

/** Where and in which type the rate is measured: as the model runs. */
interface GemmOptions {
  readonly threads: number | undefined
  readonly device: Device
  readonly type: FloatType
}

/** Measures in a process that runs the model, in operations a second. The first call in a process makes a session of one layer's weights. */
export function peakGemmMeter(config: ModelConfig, weights: RunnableWeights, options: GemmOptions): (process: SessionProcess) => Promise<number> {
  const { threads, device, type } = options
  const { sessionOption, hasOwnMemory } = providerOf(device)
  /** Rows of a pass, for each process that has the session. */
  const ready = new WeakMap<SessionProcess, number>()
  return async (process) => {
    const pass = (rows: number) =>
      process.time({ shape: { type: 'int64', values: BigInt64Array.of(BigInt(rows), BigInt(config.hiddenSize)), shape: [2] } }, 'GEMM benchmark')
    if (!ready.has(process)) {
      const provider = sessionOption(device.index)
      await process.load(
        gemmBenchmarkGraph({ config, projections: tokenProjections(config, 0) }, weights, type),
        { root: weights.root, threads, isOptimized: true, provider },
        'GEMM benchmark',
      )
      // The first pass asks the system for its memory.
      await pass(benchmarkRows(config))
      ready.set(process, hasOwnMemory ? await bestRows(pass) : benchmarkRows(config))
    }
    const rows = ready.get(process)!
    let passes = 0
    let milliseconds = 0
    for (; milliseconds < LEAST_MS; passes++) milliseconds += await pass(rows)
    return (passes * rows * projectionOperations(config) * 1000) / milliseconds
  }
}

/** The rows with the highest rate. Each count is tried twice, because the first time allocates memory. */
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
