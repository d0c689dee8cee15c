/** Settings of a model beside its source. */

/** Names of the settings, as they are written after `--model NAME=SOURCE,`. */
export const MODEL_SETTINGS = ['quantize', 'block', 'adapter', 'name', 'tokenizer', 'concurrency', 'timeout'] as const

/** Values as given, by name. */
export type ModelSettings = Readonly<Partial<Record<(typeof MODEL_SETTINGS)[number], string>>>
