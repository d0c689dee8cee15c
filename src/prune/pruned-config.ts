/** config.json of a pruned model: the original text with the fields that count layers changed. */
import { applyEdits, modify, type JSONPath } from 'jsonc-parser'
import { parsePythonJson } from '../io/parse-json.ts'
import type { ModelConfig } from '../model/config/config.ts'
import { keptLayers } from '../model/config/kept-layers.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'

/**
 * Sets the number of layers and the family's fields by layer, filters every list that has one entry per layer, and moves max_window_layers so that each layer has its former kind of attention.
 * `original` is the model that `text` is of. Numbers keep their spelling, because transformers distinguishes 8.0 from 8.
 */
export function prunedConfigText(text: string, layers: readonly CollapsedLayer[], original: ModelConfig): string {
  const config = parsePythonJson(text) as Record<string, unknown>
  const set = (document: string, path: JSONPath, value: unknown) =>
    applyEdits(document, modify(document, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }))
  const { layerCount } = original
  const kept = layers.map(({ base }) => base)
  const { countField, fields } = keptLayers(original, config, kept)
  let pruned = set(text, [countField], layers.length)
  for (const [key, value] of Object.entries(config)) {
    if (Array.isArray(value) && value.length === layerCount && key.includes('layer') && !Object.hasOwn(fields, key)) {
      const entries = kept.map((base) => (value as unknown[])[base])
      pruned = set(pruned, [key], entries)
    }
  }
  for (const [key, value] of Object.entries(fields)) pruned = set(pruned, [key], value)
  const windowed = config['max_window_layers']
  if (typeof windowed === 'number') pruned = set(pruned, ['max_window_layers'], kept.filter((base) => base < windowed).length)
  return pruned
}
