/** Which fields of config.json change in a model that has only some of the layers. */
import { familyOfModelType } from '../families/families.ts'
import type { ModelConfig } from './config.ts'

/** The fields of a model that has only the layers `kept`. */
export interface KeptLayers {
  /** Name of the field that counts layers. */
  readonly countField: string
  /** Values of fields that depend on the number of a layer. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Why the model cannot lose layers; undefined if it can. */
export function numberedLayers({ attentionScales }: Pick<ModelConfig, 'attentionScales'>): string | undefined {
  return attentionScales && 'attention scores are divided by the number of their layer (scale_attn_by_inverse_layer_idx)'
}

/** The fields, by the names of `content`, the config.json that `config` is of. */
export function keptLayers(config: ModelConfig, content: Readonly<Record<string, unknown>>, kept: readonly number[]): KeptLayers {
  const { renamed = {}, fieldsOfLayers } = familyOfModelType(config.family)!
  const renamedCount = Object.keys(renamed).find((name) => renamed[name] === 'num_hidden_layers' && Object.hasOwn(content, name))
  return { countField: renamedCount ?? 'num_hidden_layers', fields: fieldsOfLayers?.(config, kept) ?? {} }
}
