/** Measures the speed of a random model on a device, and estimates from it the time of a model card's table. */
import type { Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { Gpu } from '../engine/devices/gpus.ts'
import { dataSheetPeak } from './data-sheet-peak.ts'
import { estimateTable } from './estimate.ts'
import { fitWorkload } from './fit-workload.ts'
import { measurePeer } from './measure-peer.ts'
import { measureSpeed, type Speed } from './measure-speed.ts'
import type { ModelSize } from './model-size.ts'
import { freeBytes, openRandomModel, type OpenedModel } from './open-random-model.ts'
import type { ModelSpeedRecord } from './record.ts'
import type { TimeBudget } from './time-budget.ts'
import type { Peer } from './transformers-peer.ts'
import { WORKLOADS } from './workload.ts'

/** What to measure. */
export interface ModelMeasurement {
  readonly device: Device
  readonly size: ModelSize
  /** The first of them that the device loads is measured. */
  readonly dtypes: readonly Dtype[]
  /** The GPU that the device is; undefined if that is not known. */
  readonly gpu: Gpu | undefined
  /** Items of each workload. */
  readonly itemCount: number
  /** Folder with the benchmarks' rows; requests of their lengths when absent. */
  readonly dataDir?: string | undefined
  readonly peer: Peer | null
  readonly onNotice: (notice: string) => void
}

/** Least milliseconds for a part to begin. */
const LEAST_MS = { model: 5000, workload: 2000 } as const
/** Of the time that is left when speed is measured: for transformers, if there is one. */
const PEER_SHARE = 0.35
/** A smaller model says nothing of an 8B one: most of its time is not in matrix products. */
const LEAST_PARAMETERS = 1e8

/** The record; undefined if the device loads the model in none of the types. */
export async function measureModel(job: ModelMeasurement, budget: TimeBudget): Promise<ModelSpeedRecord | undefined> {
  const { device, size, onNotice } = job
  for (const dtype of job.dtypes) {
    const opened = await budget.step({ what: `loading a random ${size.name} model in ${dtype}`, leastMs: LEAST_MS.model }, () =>
      openRandomModel({ device, size, dtype, onNotice }),
    )
    if (!opened) continue
    await using model = opened
    return await measureOpened(model, job, budget)
  }
  return undefined
}

async function measureOpened(opened: OpenedModel, job: ModelMeasurement, budget: TimeBudget): Promise<ModelSpeedRecord> {
  const { device, size, dtype, model, engine, freeBefore, makeSeconds, loadSeconds } = opened
  const { speeds, peakGemmRate } = await measureWorkloads(opened, job, budget)
  const workloads = speeds.map((speed) => ({ ...speed, rooflineShare: peakGemmRate === null ? null : speed.operationsPerSecond / peakGemmRate }))
  const freeAfter = await freeBytes(device)
  const { peer, itemCount, gpu } = job
  return {
    modelSize: size.name,
    shapeOf: size.shapeOf,
    dtype,
    parameterCount: model.parameterCount,
    weightBytes: model.weightBytes,
    makeSeconds,
    loadSeconds,
    peakProcessBytes: engine.peakBytes?.() ?? null,
    gpuBytes: freeBefore !== null && freeAfter !== null ? freeBefore - freeAfter : null,
    peakGemmRate,
    dataSheetPeak: gpu ? dataSheetPeak(gpu.name) : null,
    workloads,
    estimate: model.parameterCount < LEAST_PARAMETERS ? null : estimateTable(workloads, size.config),
    peer: peer ? ((await measurePeer(opened, { peer, itemCount, freeBytes: freeAfter }, budget)) ?? null) : null,
  }
}

/** The speed of each workload, and the highest of the peak GEMM rates before and after them: something else may slow the machine for a while. */
async function measureWorkloads(
  { engine, size: { config } }: OpenedModel,
  { peer, itemCount, dataDir }: ModelMeasurement,
  budget: TimeBudget,
): Promise<{ readonly speeds: readonly Speed[]; readonly peakGemmRate: number | null }> {
  const measureGemms = () => budget.step({ what: 'peak GEMM rate', leastMs: LEAST_MS.workload }, async () => engine.peakGemmRate?.())
  const before = await measureGemms()
  const speeds: Speed[] = []
  const peerMs = peer ? budget.leftMs() * PEER_SHARE : 0
  for (const [index, name] of WORKLOADS.entries()) {
    const milliseconds = (budget.leftMs() - peerMs) / (WORKLOADS.length - index)
    const workload = await fitWorkload({ name, config, itemCount, dataDir, milliseconds, peakGemmRate: before ?? null }, budget)
    if (!workload) continue
    const deadline = performance.now() + milliseconds
    const speed = await budget.step({ what: workload.title, leastMs: LEAST_MS.workload }, () => measureSpeed(engine, workload, deadline))
    if (speed) speeds.push(speed)
  }
  const rates = [before, await measureGemms()].filter((rate) => rate !== undefined)
  return { speeds, peakGemmRate: rates.length > 0 ? Math.max(...rates) : null }
}
