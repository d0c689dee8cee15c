/** What a user may say of a model beside where it lies. */

/** Names of the settings, as they stand behind `--model NAME=WHERE,`. */
export const MODEL_SETTINGS = ['quantize', 'block', 'adapter', 'name', 'tokenizer', 'concurrency', 'timeout'] as const

/** Values as the user wrote them, by name. */
export type ModelSettings = Readonly<Partial<Record<(typeof MODEL_SETTINGS)[number], string>>>
