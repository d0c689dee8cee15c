/** What config.json alone says of a model that would be scored: layers, parameters, and the memory that it takes. */
import { count } from '../text/count.ts'
import { readConfigFile } from '../model/config/config.ts'
import { countParameters } from '../model/weights/expected-tensors.ts'
import { expectedMemory } from '../engine/onnx/batch-budget.ts'
import type { ModelSource } from '../run/model-source.ts'
import { weightSettings } from '../model/runnable/weight-settings.ts'
import { expectedWeightMemory } from '../model/runnable/weight-memory.ts'
import { byteSize } from '../text/byte-size.ts'

/** Sizes of a model, before anything of its weights is read. */
export interface ModelOutline {
  readonly model: string
  readonly architecture: string
  readonly layers: number
  /** A tied head counts once. */
  readonly parameters: number
  /** Longest input, in tokens. */
  readonly window: number
  /** Of the process that computes on the CPU, in bytes, about; without an adapter. */
  readonly memory: { readonly least: number; readonly usual: number }
}

/** Reads config.json. `onNotice` is told what of it is not used. Fails with CheckpointError. */
export async function modelOutline({ label, folder, settings }: ModelSource, onNotice: (notice: string) => void): Promise<ModelOutline> {
  const { config, architecture, notices } = await readConfigFile(folder)
  for (const notice of notices) onNotice(notice)
  return {
    model: label,
    architecture,
    layers: config.layerCount,
    parameters: countParameters(config),
    window: config.maxPositions,
    memory: expectedMemory({ ...config, ...expectedWeightMemory(config, weightSettings(settings)) }),
  }
}

/** One line. */
export function outlineText({ model, architecture, layers, parameters, window, memory }: ModelOutline): string {
  return `${model}: ${architecture}, ${layers} layers, ${count(parameters)} parameters, window of ${count(window)} tokens · memory on the CPU: about ${byteSize(memory.usual)}, ${byteSize(memory.least)} at the least (--memory)`
}
