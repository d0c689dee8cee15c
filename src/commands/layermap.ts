/** `evalharness layermap BASE VARIANT`: which base layer each layer of a variant came from. */
import { z } from 'zod'
import { layerMap } from '../prune/layer-map.ts'
import { layerMapTable, verdictText } from '../report/terminal/layer-map-table.ts'
import { flag, positional } from '../run/option-table.ts'
import { defineCommand } from './command.ts'
import { progressOf } from './progress.ts'

/** The command. */
export const layermapCommand = defineCommand({
  name: 'layermap',
  description: 'Find from the weights which base layer each layer of a variant came from',
  options: z.object({
    base: positional({ description: 'Base model: FOLDER, or OWNER/REPO on the hub' }),
    variant: positional({ description: 'Variant of it: FOLDER, or OWNER/REPO on the hub' }),
    json: flag({ description: 'Print the map as JSON' }),
  }),
  examples: [['layermap Qwen/Qwen3-8B-Base ./laco', 'how a checkpoint was made']],
  async run({ base, variant, json }, terminal) {
    const progress = progressOf(terminal)
    try {
      const map = await layerMap({
        base,
        variant,
        signal: terminal.signal,
        onEvent(event) {
          if (event.kind === 'notice') terminal.err(event.message)
          else if (event.kind === 'started')
            progress.start({ title: 'comparing', total: event.stepCount, announcement: `comparing the layers of ${variant} with those of ${base}` })
          else progress.increment()
        },
      })
      progress.stop()
      terminal.out(json ? JSON.stringify({ ...map, summary: verdictText(map) }, null, 2) : layerMapTable(map))
    } finally {
      progress.stop()
    }
  },
})
