/** Names of stored tensors as the model has them: transformers finds weights that were saved with one prefix too few or too many, and so do we. */
import type { ModelConfig } from '../config/config.ts'
import { LANGUAGE_PREFIXES } from '../config/text-config.ts'
import { possibleTensors } from './expected-tensors.ts'

/**
 * Returns the model's name of a stored tensor: with the base prefix added or taken away if only that makes it a tensor of the model (transformers 5.24
 * `core_model_loading.py`, `rename_source_key`), and without the prefixes of a language model that is part of a larger one. Other names are returned as they are.
 */
export function canonicalNames(config: ModelConfig): (name: string) => string {
  const { base, layers } = config.tensorNames
  const known = new Set(possibleTensors(config).map(({ name }) => name))
  // Layers beyond the model's and packed parts of a projection are its tensors too.
  const isOwn = (name: string) => known.has(name) || name.startsWith(layers)
  return (stored) => {
    const name = config.isPart ? withoutPrefix(stored, isOwn) : stored
    if (base !== '' && name.startsWith(base) && isOwn(name.slice(base.length))) return name.slice(base.length)
    return isOwn(name) || !isOwn(base + name) ? name : base + name
  }
}

function withoutPrefix(name: string, isOwn: (name: string) => boolean): string {
  for (const [prefix, replacement] of LANGUAGE_PREFIXES) {
    const inner = replacement + name.slice(prefix.length)
    if (name.startsWith(prefix) && isOwn(inner)) return inner
  }
  return name
}
