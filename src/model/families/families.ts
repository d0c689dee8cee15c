/** The model families that can be run. To add one, write a file beside this one and list it here. */
import type { Family } from './family.ts'
import { llama } from './llama.ts'
import { mistral } from './mistral.ts'
import { qwen2 } from './qwen2.ts'
import { qwen3 } from './qwen3.ts'

export const FAMILIES: readonly Family[] = [llama, mistral, qwen2, qwen3]

/** The family of an entry of `architectures`, under its current or an older name; undefined if it is not supported. */
export function familyOfArchitecture(name: string): Family | undefined {
  return FAMILIES.find(({ architecture, olderArchitectures }) => architecture === name || olderArchitectures?.includes(name))
}

/** The family of a `model_type`; undefined if it is not supported. */
export function familyOfModelType(type: string): Family | undefined {
  return FAMILIES.find(({ modelType }) => modelType === type)
}
