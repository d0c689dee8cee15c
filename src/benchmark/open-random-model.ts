/** Makes a random model and opens it on a device. */
import { gpuOf, providerOf, type Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import { listGpus } from '../engine/devices/gpus.ts'
import type { Engine } from '../engine/engine.ts'
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import type { ModelSize } from './model-size.ts'
import { makeRandomModel, type RandomModel, type StoredType } from './random-model.ts'

/** A random model on a device. Dispose of it to end its process and remove its files. */
export interface OpenedModel extends AsyncDisposable {
  readonly device: Device
  readonly size: ModelSize
  readonly dtype: Dtype
  readonly stored: StoredType
  readonly model: RandomModel
  readonly engine: Engine
  readonly makeSeconds: number
  readonly loadSeconds: number
  /** Free bytes of the GPU before the model was loaded; null if the system does not say. */
  readonly freeBefore: number | null
}

/** What to open. */
export interface RandomModelOptions {
  readonly device: Device
  readonly size: ModelSize
  readonly dtype: Dtype
  /** Token budget of a batch; the engine's own when absent. */
  readonly batchTokens?: number
  readonly onNotice: (notice: string) => void
}

/** Fails with StoreError if the disk has no room for the model, and with EngineError if the device cannot load it. */
export async function openRandomModel({ device, size, dtype, batchTokens, onNotice }: RandomModelOptions): Promise<OpenedModel> {
  const stored: StoredType = dtype === 'float16' ? 'F16' : 'BF16'
  const folder = makeTemporaryFolder('model')
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

/** Free bytes of the GPU; null if the system does not say. */
export async function freeBytes(device: Device): Promise<number | null> {
  if (!providerOf(device).hasOwnMemory) return null
  return gpuOf(device, await listGpus())?.freeMemoryBytes ?? null
}
