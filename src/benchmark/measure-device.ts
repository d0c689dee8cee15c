/** All measurements of one device, most important first: correct numbers, speed, estimated time of a model card's table. */
import { listGpus, type Gpu } from '../engine/devices/gpus.ts'
import { deviceName, gpuOf, providerOf, supportsDtype, type Device } from '../engine/devices/device.ts'
import { type Dtype } from '../engine/devices/dtype.ts'
import type { Engine } from '../engine/engine.ts'
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import { projectionOperations } from '../engine/roofline/operations.ts'
import type { DeviceDiagnosis } from '../engine/devices/self-test.ts'
import type { ModelConfig } from '../model/config/config.ts'
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import { cardPeak } from './card-peak.ts'
import { checkNumbers, type NumbersRecord } from './check-numbers.ts'
import { estimateTable } from './estimate.ts'
import { knownFamilies, knownSuites } from './known-answers.ts'
import { measureSpeed, type Speed, type SpeedRecord } from './measure-speed.ts'
import { modelSize, type ModelSize } from './model-size.ts'
import { makeRandomModel, type RandomModel, type StoredType } from './random-model.ts'
import type { DeviceRecord, ModelSpeedRecord } from './record.ts'
import { measureSuspects, type SuspectName, type SuspectRecord } from './suspects.ts'
import { timeBudget, type TimeBudget } from './time-budget.ts'
import { askPeer, compareWithPeer, type Peer, type PeerRecord } from './transformers-peer.ts'
import { syntheticWorkload, workloadOfRows, WORKLOADS, type Workload, type WorkloadName } from './workload.ts'

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
  /** The adapter that it is; undefined where that is not known. */
  readonly adapter: Gpu | undefined
  /** Of performance.now(). */
  readonly deadline: number
}

/** Least milliseconds for a part to begin. */
const LEAST = { numbers: 3000, model: 5000, workload: 2000, peer: 15_000 } as const
/** Of the time that is left when speed is measured: for transformers, where there is one. */
const PEER_SHARE = 0.35

/** Measures a device that passed its self-test; of one that did not, the record says so. Fails on bugs, and with AbortError. */
export async function measureDevice({ device, selfTest, adapter, deadline }: MeasuredDevice, options: MeasureOptions): Promise<DeviceRecord> {
  const { onStep, signal } = options
  const name = deviceName(device)
  const budget = timeBudget(deadline, { onStep: (what) => onStep(`${name}: ${what}`), signal })
  const numbers: NumbersRecord[] = []
  let speed: ModelSpeedRecord | null = null
  let suspects: readonly SuspectRecord[] = []
  if (selfTest.works && options.suspects.length > 0) suspects = await lookIntoSuspects(device, adapter, budget, options)
  else if (selfTest.works) {
    await checkAll(device, budget, numbers)
    speed = (await measureModel(device, adapter, budget, options)) ?? null
  }
  const { failures, leftOut } = budget
  return { device: name, card: adapter?.name ?? null, isExperimental: !providerOf(device).isMeasured, selfTest, numbers, speed, suspects, failures, leftOut }
}

/** In f32, which must be right, then in the types that the device has beside it. */
async function checkAll(device: Device, budget: TimeBudget, numbers: NumbersRecord[]): Promise<void> {
  // Speed needs the larger part of the time.
  const deadline = performance.now() + budget.leftMs() / 3
  for (const dtype of DTYPES.filter((each) => supportsDtype(device, each))) {
    const check = async (what: string, known: () => ReturnType<typeof knownSuites>) => {
      const least = Math.max(LEAST.numbers, budget.deadline - deadline + LEAST.numbers)
      const record = await budget.step({ what: `${what} in ${dtype}`, leastMs: least }, async () => {
        await using answers = await known()
        return await checkNumbers(answers, device, dtype, deadline)
      })
      if (record) numbers.push(record)
    }
    for (const { name, open } of await knownFamilies()) await check(name, open)
    await check('built-in suites', knownSuites)
  }
}

const DTYPES: readonly Dtype[] = ['float32', 'bfloat16', 'float16']

/** The random model for a device: it fits the memory, and the device can measure it in the time. */
export function sizeFor({ provider }: Device, adapter: Gpu | undefined): string {
  if (provider === 'cpu' || provider === 'coreml') return '135m'
  if (adapter?.kind !== 'gpu') return '1m'
  const bytes = adapter.memoryBytes
  if (bytes === null) return '1b'
  return bytes >= 24e9 ? '8b' : bytes >= 6e9 ? '1b' : '135m'
}

async function measureModel(device: Device, adapter: Gpu | undefined, budget: TimeBudget, options: MeasureOptions): Promise<ModelSpeedRecord | undefined> {
  const size = modelSize(options.modelSize ?? sizeFor(device, adapter))
  for (const dtype of options.dtype ? [options.dtype] : providerOf(device).speedDtypes) {
    const opened = await budget.step({ what: `loading a random ${size.name} model in ${dtype}`, leastMs: LEAST.model }, () =>
      openModel(device, size, dtype, options),
    )
    if (!opened) continue
    await using model = opened
    return await measureOpened(model, adapter, budget, options)
  }
  return undefined
}

/** A random model on a device. */
interface OpenedModel extends AsyncDisposable {
  readonly device: Device
  readonly size: ModelSize
  readonly dtype: Dtype
  readonly stored: StoredType
  readonly model: RandomModel
  readonly engine: Engine
  readonly makeSeconds: number
  readonly loadSeconds: number
  readonly freeBefore: number | null
}

async function openModel(
  device: Device,
  size: ModelSize,
  dtype: Dtype,
  { onNotice }: Pick<MeasureOptions, 'onNotice'>,
  batchTokens?: number,
): Promise<OpenedModel> {
  const stored: StoredType = dtype === 'float16' ? 'F16' : 'BF16'
  const folder = await makeTemporaryFolder('model')
  try {
    const startedAt = performance.now()
    const model = await makeRandomModel(folder.path, size.config, stored)
    const madeAt = performance.now()
    const freeBefore = await freeBytes(device)
    const engine = await onnxEngine(size.config, model.weights, {
      devices: [device],
      dtype,
      onNotice,
      ...(batchTokens !== undefined && { batchTokens }),
    })
    const seconds = (from: number, to: number) => (to - from) / 1000
    return {
      device,
      size,
      dtype,
      stored,
      model,
      engine,
      makeSeconds: seconds(startedAt, madeAt),
      loadSeconds: seconds(madeAt, performance.now()),
      freeBefore,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]()
        await folder[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

async function measureOpened(opened: OpenedModel, adapter: Gpu | undefined, budget: TimeBudget, options: MeasureOptions): Promise<ModelSpeedRecord> {
  const { device, size, dtype, model, engine, freeBefore } = opened
  const gemmRates: number[] = []
  // Before and after the workloads: something else may slow the machine for a while.
  const measureGemms = async () => {
    const rate = await budget.step({ what: 'peak GEMM rate', leastMs: LEAST.workload }, async () => engine.peakGemmRate?.())
    if (rate !== undefined) gemmRates.push(rate)
  }
  await measureGemms()
  const speeds: Speed[] = []
  const peerMs = options.peer ? budget.leftMs() * PEER_SHARE : 0
  for (const [index, name] of WORKLOADS.entries()) {
    const ms = (budget.leftMs() - peerMs) / (WORKLOADS.length - index)
    const workload = await makeWorkload(name, opened, ms, gemmRates[0] ?? null, budget, options)
    if (!workload) continue
    const deadline = performance.now() + ms
    const speed = await budget.step({ what: workload.title, leastMs: LEAST.workload }, () => measureSpeed(engine, workload, deadline))
    if (speed) speeds.push(speed)
  }
  await measureGemms()
  const peakGemmRate = gemmRates.length > 0 ? Math.max(...gemmRates) : null
  const workloads = speeds.map((speed): SpeedRecord => ({ ...speed, rooflineShare: peakGemmRate === null ? null : speed.operationsPerSecond / peakGemmRate }))
  const freeAfter = await freeBytes(device)
  return {
    modelSize: size.name,
    shapeOf: size.shapeOf,
    dtype,
    parameterCount: model.parameterCount,
    weightBytes: model.weightBytes,
    makeSeconds: opened.makeSeconds,
    loadSeconds: opened.loadSeconds,
    peakProcessBytes: engine.peakBytes?.() ?? null,
    cardBytes: freeBefore !== null && freeAfter !== null ? freeBefore - freeAfter : null,
    peakGemmRate,
    cardPeak: adapter ? cardPeak(adapter.name) : null,
    workloads,
    estimate: model.parameterCount < LEAST_PARAMETERS ? null : estimateTable(workloads, size.config),
    peer: options.peer ? ((await comparePeer(opened, options.peer, freeAfter, budget, options)) ?? null) : null,
  }
}

/** A smaller model says nothing of an 8B one: most of its time is not in matrix products. */
const LEAST_PARAMETERS = 1e8

/** Share of the peak GEMM rate that requests reach at the least, for planning. */
const EXPECTED_SHARE = 0.4

/** The workload, cut to the items that the device can score in the time; undefined if there is not time for one. */
async function makeWorkload(
  name: WorkloadName,
  { size: { config } }: OpenedModel,
  ms: number,
  peakGemmRate: number | null,
  budget: TimeBudget,
  { itemCount, dataDir }: MeasureOptions,
): Promise<Workload | undefined> {
  const make = (count: number) =>
    dataDir === undefined ? Promise.resolve(syntheticWorkload(name, count, config.vocabularySize)) : workloadOfRows(name, count, config.vocabularySize, dataDir)
  const whole = await make(itemCount)
  if (peakGemmRate === null) return whole
  const seconds = workloadOperations(whole, config) / (peakGemmRate * EXPECTED_SHARE)
  const share = ms / 1000 / seconds
  if (share >= 1) return whole
  const count = Math.floor(itemCount * share)
  if (count >= 1) return make(count)
  budget.leaveOut(whole.title, `one item would take about ${Math.ceil(seconds / itemCount)} s here`)
  return undefined
}

function workloadOperations({ tokensDistinct, sequences }: Workload, config: ModelConfig): number {
  const scored = sequences.reduce((sum, { targets }) => sum + targets.length, 0)
  return tokensDistinct * config.layerCount * projectionOperations(config) + scored * 2 * config.vocabularySize * config.hiddenSize
}

/** transformers on the same device, beside the model that stays loaded. */
async function comparePeer(
  opened: OpenedModel,
  peer: Peer,
  freeNow: number | null,
  budget: TimeBudget,
  options: MeasureOptions,
): Promise<PeerRecord | undefined> {
  const { device, size, model, stored, engine } = opened
  const what = `the same requests by transformers ${peer.transformers}`
  const onGpu = device.provider !== 'cpu'
  if (onGpu && peer.gpu === null) {
    budget.leaveOut(what, 'its torch sees no GPU')
    return undefined
  }
  if (onGpu && freeNow !== null && freeNow < model.weightBytes * 1.3) {
    budget.leaveOut(what, 'the GPU has no memory left for a second copy of the model')
    return undefined
  }
  return budget.step({ what, leastMs: LEAST.peer }, async () => {
    const inputs = syntheticWorkload('piqa', options.itemCount, size.config.vocabularySize).sequences.map(({ input }) => input)
    const signal = AbortSignal.timeout(budget.leftMs())
    const answer = await askPeer(peer, { size, model, stored, device: onGpu ? 'cuda' : 'cpu', inputs, seconds: budget.leftMs() / 4000, signal })
    return compareWithPeer(engine, inputs, answer)
  })
}

/** Free memory of the card; null where the system does not say. */
async function freeBytes(device: Device): Promise<number | null> {
  if (!providerOf(device).hasOwnMemory) return null
  return gpuOf(device, await listGpus())?.freeMemoryBytes ?? null
}

async function lookIntoSuspects(device: Device, adapter: Gpu | undefined, budget: TimeBudget, options: MeasureOptions): Promise<readonly SuspectRecord[]> {
  const size = modelSize(options.modelSize ?? sizeFor(device, adapter))
  const dtype = options.dtype ?? providerOf(device).speedDtypes[0]!
  // Devices that compute on the CPU get as few items as possible.
  const tokenCount = adapter?.kind === 'gpu' && device.provider !== 'cpu' ? 4096 : 512
  return measureSuspects({
    device,
    size,
    dtype,
    budget,
    tokenCount,
    suspects: options.suspects,
    openModel: (batchTokens) => openModel(device, size, dtype, options, batchTokens),
  })
}
