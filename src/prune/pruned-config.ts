/** config.json of a pruned model: the original text with the fields that count layers changed. */
import { applyEdits, modify, type JSONPath } from 'jsonc-parser'
import { parsePythonJson } from '../io/parse-json.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'

/**
 * Sets num_hidden_layers, filters every list that has one entry per layer, and moves max_window_layers so that each layer has its former kind of attention.
 * `layerCount` is that of the original. Numbers keep their spelling, because transformers distinguishes 8.0 from 8.
 */
export function prunedConfigText(text: string, layers: readonly CollapsedLayer[], layerCount: number): string {
  const config = parsePythonJson(text) as Record<string, unknown>
  const set = (document: string, path: JSONPath, value: unknown) =>
    applyEdits(document, modify(document, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }))
  let pruned = set(text, ['num_hidden_layers'], layers.length)
  for (const [key, value] of Object.entries(config)) {
    if (Array.isArray(value) && value.length === layerCount && key.includes('layer')) {
      const entries = layers.map(({ base }) => (value as unknown[])[base])
      pruned = set(pruned, [key], entries)
    }
  }
  const windowed = config['max_window_layers']
  if (typeof windowed === 'number') pruned = set(pruned, ['max_window_layers'], layers.filter(({ base }) => base < windowed).length)
  return pruned
}
