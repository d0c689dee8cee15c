/** What a run is told of a model: where it is, and how to run it. */
import type { ServedSource } from '../engine/completions/completions-engine.ts'
import type { ModelSettings } from '../model/model-settings.ts'

/** A model to score. */
export interface ModelSource {
  /** What tables and files call it. */
  readonly label: string
  /** Folder or hub repository, as the user gave it. */
  readonly source: string
  /** Where its files lie; of a served model, those of its tokenizer. */
  readonly folder: string
  /** Commit of a hub repository. */
  readonly revision: string | null
  /** How it is run, where that is not simply as it lies there. */
  readonly settings?: ModelSettings
  /** The servers that have it, where its weights are not here. */
  readonly served?: ServedSource
}
