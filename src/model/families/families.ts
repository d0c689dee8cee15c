/** The model families that can be run. To add one, write a file beside this one and list it here. */
import { baichuan } from './baichuan.ts'
import { cohere } from './cohere.ts'
import { falcon } from './falcon.ts'
import type { Family } from './family.ts'
import { gemma } from './gemma.ts'
import { gemma2 } from './gemma2.ts'
import { gemma3 } from './gemma3.ts'
import { gpt2 } from './gpt2.ts'
import { gptNeoX } from './gpt-neox.ts'
import { granite } from './granite.ts'
import { internlm2 } from './internlm2.ts'
import { llama } from './llama.ts'
import { mistral } from './mistral.ts'
import { mixtral } from './mixtral.ts'
import { olmo } from './olmo.ts'
import { olmo2 } from './olmo2.ts'
import { olmo3 } from './olmo3.ts'
import { olmoe } from './olmoe.ts'
import { opt } from './opt.ts'
import { phi } from './phi.ts'
import { phi3 } from './phi3.ts'
import { qwen2 } from './qwen2.ts'
import { qwen2Moe } from './qwen2-moe.ts'
import { qwen3 } from './qwen3.ts'
import { qwen3Moe } from './qwen3-moe.ts'
import { smollm3 } from './smollm3.ts'
import { stablelm } from './stablelm.ts'
import { starcoder2 } from './starcoder2.ts'

export const FAMILIES: readonly Family[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3,
  phi,
  phi3,
  gpt2,
  gptNeoX,
  opt,
  olmo,
  olmo2,
  olmo3,
  granite,
  stablelm,
  falcon,
  smollm3,
  starcoder2,
  cohere,
  internlm2,
  baichuan,
  mixtral,
  qwen2Moe,
  qwen3Moe,
  olmoe,
]

/** The family of an entry of `architectures`, under its current or an older name; undefined if it is not supported. */
export function familyOfArchitecture(name: string, families = FAMILIES): Family | undefined {
  return families.find(({ architecture, olderArchitectures }) => architecture === name || olderArchitectures?.includes(name))
}

/** The family of a `model_type`; undefined if it is not supported. */
export function familyOfModelType(type: string, families = FAMILIES): Family | undefined {
  return families.find(({ modelType }) => modelType === type)
}
