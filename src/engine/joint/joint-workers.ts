/** The session processes of a pass, one on each of its devices; each loads the models that its batches need. */
import { EngineError } from '../../errors.ts'
import type { JointModels } from '../../graph/joint-decoder.ts'
import { providerOf } from '../devices/device.ts'
import type { HiddenStates } from '../hidden-states.ts'
import type { BatchLimits } from '../onnx/batch-budget.ts'
import { startJointWorker, type DeviceWorker } from '../onnx/device-worker.ts'
import type { PlacedDevice, Placement } from './placement.ts'
import { places, type Places } from './rendezvous.ts'

/** How the processes compute. */
interface WorkersOptions extends Placement {
  /** Of each of them. */
  readonly limits: BatchLimits
  readonly threads?: number | undefined
  readonly onNotice: (notice: string) => void
}

/** What a batch needs. */
interface LoadedModels {
  /** Of the pass, in the order of the graph. None if the batch is not wanted any more. */
  readonly models: () => readonly number[]
  readonly jointOf: (models: readonly number[]) => JointModels
  /** Receives the original's hidden states, if they leave the graph. */
  readonly states: HiddenStates | undefined
}

/** A process for a batch. */
interface ReadyWorker {
  readonly models: readonly number[]
  readonly joint: JointModels
  readonly worker: DeviceWorker
  /** How long the models were loaded for this batch; 0 if they were there. */
  readonly loadMs: number
}

/** A place and what is in it. */
interface Slot {
  readonly device: PlacedDevice
  loaded?: Omit<ReadyWorker, 'loadMs'>
}

/** Processes that start when they are needed. */
export class JointWorkers {
  readonly #options: WorkersOptions
  readonly #slots: readonly Slot[]
  readonly #places: Places
  /** Of each device. */
  readonly #peaks: number[]
  #isEnded = false
  #lastRate: number | undefined

  constructor(options: WorkersOptions) {
    this.#options = options
    this.#slots = options.devices.map((device): Slot => ({ device }))
    this.#peaks = options.devices.map(() => 0)
    this.#places = places(options.devices.length)
  }

  /** Runs `work` with a process that has loaded exactly the models; undefined if there are none any more. Fails as `startJointWorker`, with NotLoaded on a GPU. */
  use<T>(needed: LoadedModels, work: (ready: ReadyWorker) => Promise<T>): Promise<T | undefined> {
    return this.#places.run(
      async (place) => {
        const models = needed.models()
        if (models.length === 0) return undefined
        try {
          return await work(await this.#load(this.#slots[place]!, models, needed))
        } finally {
          this.#notePeak(place)
        }
      },
      (place) => hasLoaded(this.#slots[place]!, needed.models()),
    )
  }

  /** Peak memory of all of them, in bytes. */
  peakBytes(): number {
    return this.#peaks.reduce((sum, peak) => sum + peak, 0)
  }

  /** Does not wait for a batch that is being computed: the rate then comes with the next call. Undefined on several devices, which are never idle together. */
  async peakGemmRate({ isMeasured }: { readonly isMeasured: boolean }): Promise<number | undefined> {
    if (!isMeasured || this.#slots.length > 1) return this.#lastRate
    const isIdle = this.#places.isIdle()
    const measured = this.#places.run(async (place) => {
      this.#lastRate = (await this.#slots[place]!.loaded?.worker.peakGemmRate()) ?? this.#lastRate
      this.#notePeak(place)
    })
    if (isIdle) await measured
    return this.#lastRate
  }

  end(): void {
    this.#isEnded = true
    for (const slot of this.#slots) this.#unload(slot)
  }

  async #load(slot: Slot, models: readonly number[], { jointOf, states }: LoadedModels): Promise<ReadyWorker> {
    if (slot.loaded && hasLoaded(slot, models)) return { ...slot.loaded, loadMs: 0 }
    this.#unload(slot)
    const { dtype, limits, threads, onNotice } = this.#options
    const joint = jointOf(models)
    const startedAt = performance.now()
    const worker = await startJointWorker(joint, {
      device: slot.device,
      dtype,
      limits,
      deviceBytes: slot.device.memoryBytes,
      scoreBytes: undefined,
      divergence: states && { kind: 'original', states },
      threads,
      onNotice,
    }).catch((cause: unknown) => {
      // Each model by itself says what it can do on the device; with `auto` it takes another one.
      throw cause instanceof EngineError && providerOf(slot.device).hasOwnMemory ? new NotLoaded(cause) : cause
    })
    if (this.#isEnded) worker.end()
    slot.loaded = { models, joint, worker }
    return { ...slot.loaded, loadMs: performance.now() - startedAt }
  }

  #unload(slot: Slot): void {
    slot.loaded?.worker.end()
    delete slot.loaded
  }

  #notePeak(place: number): void {
    this.#peaks[place] = Math.max(this.#peaks[place]!, this.#slots[place]!.loaded?.worker.peakBytes() ?? 0)
  }
}

function hasLoaded({ loaded }: Slot, models: readonly number[]): boolean {
  return loaded?.models.join() === models.join()
}

/** Models that a GPU did not load together. */
export class NotLoaded extends EngineError {
  constructor(cause: EngineError) {
    super(cause.message, cause.hint, { cause })
  }
}
