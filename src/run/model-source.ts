/** A model to score: where it is, and how to run it. */
import type { ServedSource } from '../engine/completions/completions-engine.ts'
import { batchBudget, type BatchLimits } from '../engine/onnx/batch-budget.ts'
import { readConfigFile, type ConfigFile } from '../model/config/config.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { WeightsFingerprint } from '../model/weights-fingerprint.ts'
import type { ModelSettings } from '../model/model-settings.ts'
import { readAdapterFor } from '../model/runnable/open-runnable.ts'
import type { Adapter } from '../model/runnable/read-adapter.ts'
import { expectedWeightMemory } from '../model/runnable/weight-memory.ts'
import { weightSettings, type WeightSettings } from '../model/runnable/weight-settings.ts'
import type { PromptingRecord } from '../store/run-record.ts'

/** A model whose files are here. */
export interface ModelSource {
  /** Its name in tables and files. */
  readonly label: string
  /** Folder or hub repository, as it was given. */
  readonly source: string
  /** Folder of its files; of a served model, of its tokenizer's. */
  readonly folder: string
  /** Commit of a hub repository. */
  readonly revision: string | null
  /** Quantization and adapter, if any. */
  readonly settings?: ModelSettings
  /** The servers that have it, if its weights are not on this machine. */
  readonly served?: ServedSource
  /** How the prompts are written; plain if absent. */
  readonly prompting?: PromptingRecord
  /** Files that were read before it is opened, so that they are not read twice. */
  readonly inspected?: Inspection
  /** The same with its tokenizer and the places of its weights. */
  readonly checkpoint?: Checkpoint
  /** Of the weights that `checkpoint` uses; that of its files if absent. */
  readonly fingerprint?: WeightsFingerprint
}

/** The facts about a model that need no weights. */
export interface Inspection {
  readonly configFile: ConfigFile
  readonly weightSettings: WeightSettings
  readonly adapter: Adapter | undefined
}

/** Reads config.json and the adapter, and checks the settings. Fails with a HarnessError if they do not go together. */
export async function inspectModel({ folder, settings, inspected }: ModelSource): Promise<Inspection> {
  if (inspected) return inspected
  const asked = weightSettings(settings)
  const configFile = await readConfigFile(folder)
  return { configFile, weightSettings: asked, adapter: await readAdapterFor(configFile.config, asked) }
}

/**
 * How many tokens batches of an inspected model may have; `original` is the one that it is compared with, whose head it then has too. Fails with UsageError
 * if the memory limit is too small for it.
 */
export function batchBudgetOf({ configFile: { config }, weightSettings: settings }: Inspection, limits: BatchLimits, original?: Inspection) {
  return batchBudget({ ...config, ...expectedWeightMemory(config, settings), original: original?.configFile.config }, limits)
}
