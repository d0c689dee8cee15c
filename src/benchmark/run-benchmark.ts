/** READ THIS FIRST: the benchmark of this machine. It tests each device, checks its numbers, measures its speed, and writes a record of the results. */
import os from 'node:os'
import { listGpus } from '../engine/devices/gpus.ts'
import { deviceName, likelyGpuOf, possibleDevices, providerOf, type Device } from '../engine/devices/device.ts'
import { diagnoseRuntime } from '../engine/devices/self-test.ts'
import { unlessAborted } from '../errors.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { diagnoseDevices } from './diagnose-devices.ts'
import { measureDevice, type MeasureOptions } from './measure-device.ts'
import { isSound, type BenchmarkRecord, type DeviceRecord } from './record.ts'
import { findPeer } from './transformers-peer.ts'
import { workloadOfRows, WORKLOADS } from './workload.ts'

/** What to measure, and for how long. */
export interface BenchmarkOptions extends Omit<MeasureOptions, 'peer'> {
  /** Default: the devices that the platform may have. A default device that cannot be used is not a failure. */
  readonly devices?: readonly Device[] | undefined
  /** A Python with torch and transformers; if it is absent and there is a GPU, `python3` is tried. */
  readonly python?: string | undefined
  /** Seconds for everything; eight minutes if there is a GPU, else one, when absent. */
  readonly budgetSeconds?: number | undefined
}

const SMALL_VOCABULARY = 1000
const SECONDS = { gpu: 480, cpu: 60 } as const

/**
 * Runs the benchmark. Fails with UsageError if the rows do not exist or the given Python lacks a package, and with AbortError before
 * anything was measured; failures of a device, and the steps that cancelling left out, are in the record.
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkRecord> {
  const startedAt = new Date()
  const beganAt = performance.now()
  const { onStep, dataDir } = options
  // Rows that cannot be read fail now, not after minutes.
  if (dataDir !== undefined) for (const name of WORKLOADS) await workloadOfRows(name, 1, SMALL_VOCABULARY, dataDir)
  onStep('looking for devices')
  const [gpus, runtime] = [await listGpus(), await diagnoseRuntime()]
  const devices = runtime.works ? (options.devices ?? gpusFirst(possibleDevices())) : []
  const isGpu = (device: Device) => likelyGpuOf(device, gpus)?.kind === 'gpu'
  const peer = options.python !== undefined || devices.some(isGpu) ? await findPeer(options.python) : null
  onStep(`self-test of ${devices.map(deviceName).join(', ')}`)
  const tests = await unlessAborted(diagnoseDevices(devices), options.signal)
  const working = devices.filter((_, index) => tests[index]!.works)
  const budgetSeconds = options.budgetSeconds ?? (working.some(isGpu) ? SECONDS.gpu : SECONDS.cpu)
  const records: DeviceRecord[] = []
  for (const [index, device] of devices.entries()) {
    const waiting = devices.slice(index).filter((each) => working.includes(each))
    const left = budgetSeconds * 1000 - (performance.now() - beganAt)
    const ms = isGpu(device) ? left - waiting.filter((each) => !isGpu(each)).length * SECONDS.cpu * 1000 : left
    const alike = waiting.filter((each) => isGpu(each) === isGpu(device)).length
    const deadline = performance.now() + ms / Math.max(1, alike)
    records.push(await measureDevice({ device, selfTest: tests[index]!, gpu: likelyGpuOf(device, gpus), deadline }, { ...options, peer }))
  }
  return {
    format: 1,
    evalharness: HARNESS_VERSION,
    startedAt: startedAt.toISOString(),
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: os.cpus()[0]?.model ?? 'unknown',
      threads: os.availableParallelism(),
      memoryBytes: os.totalmem(),
    },
    gpus,
    runtime,
    budgetSeconds,
    elapsedSeconds: (performance.now() - beganAt) / 1000,
    devices: records,
  }
}

/**
 * Whether all is well: onnxruntime works, no device computes wrongly, and those that were named can be used; of those that were not named, at least one.
 */
export function benchmarkPassed({ runtime, devices }: BenchmarkRecord, areNamed: boolean): boolean {
  if (!runtime.works) return false
  if (devices.some((device) => (device.selfTest.works ? !isSound(device) : device.selfTest.isWrong))) return false
  return areNamed ? devices.every(({ selfTest }) => selfTest.works) : devices.some(({ selfTest }) => selfTest.works)
}

/** The processor last: it needs the least time. */
function gpusFirst(devices: readonly Device[]): Device[] {
  return devices.toSorted((a, b) => Number(providerOf(a).auto === 'last') - Number(providerOf(b).auto === 'last'))
}
