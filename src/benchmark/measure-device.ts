/** All measurements of one device, most important first: correct numbers, speed, estimated time of a model card's table. */
import { deviceName, providerOf, supportsDtype, type Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { Gpu } from '../engine/devices/gpus.ts'
import type { DeviceDiagnosis } from '../engine/devices/self-test.ts'
import { checkNumbers, type NumbersRecord } from './check-numbers.ts'
import { measureModel } from './measure-model.ts'
import { modelSize, sizeFor, type ModelSize } from './model-size.ts'
import { openRandomModel } from './open-random-model.ts'
import type { DeviceRecord } from './record.ts'
import { builtInTasks, randomFamilies, type ReferenceModel } from './reference-models.ts'
import type { SuspectName, SuspectRecord } from './suspect-record.ts'
import { measureSuspects } from './suspects.ts'
import { timeBudget, type TimeBudget } from './time-budget.ts'
import type { Peer } from './transformers-peer.ts'

/** Options that all devices share. */
export interface MeasureOptions {
  /** The name of a size; chosen by the device when absent. */
  readonly modelSize?: string | undefined
  /** The type in which speed is measured; the device's usual one when absent. */
  readonly dtype?: Dtype | undefined
  /** Folder with the benchmarks' rows; requests of their lengths when absent. */
  readonly dataDir?: string | undefined
  /** Items of each workload. */
  readonly itemCount: number
  readonly peer: Peer | null
  /** Measures only these parts. */
  readonly suspects: readonly SuspectName[]
  readonly signal?: AbortSignal | undefined
  /** Receives the name of each step that begins. */
  readonly onStep: (what: string) => void
  readonly onNotice: (notice: string) => void
}

/** A device that is to be measured. */
export interface MeasuredDevice {
  readonly device: Device
  readonly selfTest: DeviceDiagnosis
  /** The GPU that it is; undefined if that is not known. */
  readonly gpu: Gpu | undefined
  /** Of performance.now(). */
  readonly deadline: number
}

/** Least milliseconds for a check of numbers to begin. */
const LEAST_MS = 3000

/** Measures a device that passed its self-test; of one that did not, the record says so. Fails on bugs, and with AbortError. */
export async function measureDevice({ device, selfTest, gpu, deadline }: MeasuredDevice, options: MeasureOptions): Promise<DeviceRecord> {
  const { onStep, signal } = options
  const name = deviceName(device)
  const provider = providerOf(device)
  const budget = timeBudget(deadline, { onStep: (what) => onStep(`${name}: ${what}`), signal })
  const size = modelSize(options.modelSize ?? sizeFor(provider, gpu))
  const dtypes = options.dtype ? [options.dtype] : provider.speedDtypes
  const { works } = selfTest
  const onlySuspects = options.suspects.length > 0
  const suspects = works && onlySuspects ? await lookIntoSuspects({ device, size, dtype: dtypes[0]!, gpu }, budget, options) : []
  const numbers = works && !onlySuspects ? await checkAll(device, budget) : []
  const speed = works && !onlySuspects ? await measureModel({ ...options, device, size, dtypes, gpu }, budget) : undefined
  const { failures, leftOut } = budget
  return {
    device: name,
    gpu: gpu?.name ?? null,
    isExperimental: !provider.isMeasured,
    selfTest,
    numbers,
    speed: speed ?? null,
    suspects,
    failures,
    leftOut,
  }
}

const DTYPES: readonly Dtype[] = ['float32', 'bfloat16', 'float16']

/** In f32, which must be right, then in the types that the device has beside it. */
async function checkAll(device: Device, budget: TimeBudget): Promise<readonly NumbersRecord[]> {
  const numbers: NumbersRecord[] = []
  // Speed needs the larger part of the time.
  const deadline = performance.now() + budget.leftMs() / 3
  const leastMs = () => Math.max(LEAST_MS, budget.deadline - deadline + LEAST_MS)
  for (const dtype of DTYPES.filter((each) => supportsDtype(device, each))) {
    const check = async (what: string, open: () => Promise<ReferenceModel>) => {
      const record = await budget.step({ what: `${what} in ${dtype}`, leastMs: leastMs() }, async () => {
        await using reference = await open()
        return await checkNumbers(reference, device, dtype, deadline)
      })
      if (record) numbers.push(record)
    }
    for (const { name, open } of await randomFamilies()) await check(name, open)
    await check('built-in tasks', builtInTasks)
  }
  return numbers
}

async function lookIntoSuspects(
  { device, size, dtype, gpu }: { readonly device: Device; readonly size: ModelSize; readonly dtype: Dtype; readonly gpu: Gpu | undefined },
  budget: TimeBudget,
  { suspects, onNotice }: MeasureOptions,
): Promise<readonly SuspectRecord[]> {
  return measureSuspects({
    device,
    size,
    dtype,
    budget,
    // Devices that compute on the CPU get as few items as possible.
    tokenCount: gpu?.kind === 'gpu' ? 4096 : 512,
    suspects,
    openModel: (batchTokens) => openRandomModel({ device, size, dtype, batchTokens, onNotice }),
  })
}
