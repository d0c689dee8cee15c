/** A model's layers, parameters and memory, from config.json alone. */
import { expectedMemory } from '../engine/onnx/batch-budget.ts'
import { expectedWeightMemory } from '../model/runnable/weight-memory.ts'
import { countParameters } from '../model/weights/expected-tensors.ts'
import type { Inspection } from './model-source.ts'

/** Sizes of a model, before its weights are read. */
export interface ModelOutline {
  readonly model: string
  readonly architecture: string
  readonly layers: number
  /** A tied head counts once. */
  readonly parameters: number
  /** Longest input, in tokens. */
  readonly window: number
  /** Of the process that computes on the CPU, in bytes, roughly; without an adapter. */
  readonly memory: { readonly least: number; readonly usual: number }
}

/** Of a model that is not alone in its run. */
export interface OutlineContext {
  /** Receives notices about unused fields of its config. */
  readonly onNotice: (notice: string) => void
  /** The model that it is compared with, whose head it then has too. */
  readonly original?: Inspection | undefined
}

/** The outline of an inspected model. */
export function modelOutline(label: string, { configFile, weightSettings }: Inspection, { onNotice, original }: OutlineContext): ModelOutline {
  const { config, architecture, notices } = configFile
  for (const notice of notices) onNotice(notice)
  return {
    model: label,
    architecture,
    layers: config.layerCount,
    parameters: countParameters(config),
    window: config.maxPositions,
    memory: expectedMemory({ ...config, ...expectedWeightMemory(config, weightSettings), original: original?.configFile.config }),
  }
}
