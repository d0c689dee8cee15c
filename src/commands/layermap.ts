/** `evalharness layermap BASE VARIANT`: which base layer each layer of a variant came from, told from the weights. */
import { SingleBar } from 'cli-progress'
import type { Argv, CommandModule } from 'yargs'
import { unlessAborted } from '../errors.ts'
import { mapLayers } from '../prune/map-layers.ts'
import { layerMapTable, verdictText } from '../report/terminal/layer-map-table.ts'
import { locateModel, parsePlainModel } from './model-option.ts'
import type { Terminal } from './terminal.ts'

interface LayermapArguments {
  base: string
  variant: string
  json: boolean
}

/** The command over a terminal. */
export function layermapCommand(terminal: Terminal): CommandModule<object, LayermapArguments> {
  return {
    command: 'layermap <base> <variant>',
    describe: 'Tell from the weights which base layer each layer of a variant came from',
    builder: (yargs) =>
      yargs
        .positional('base', { type: 'string', describe: 'Folder, or OWNER/REPO on the hub' })
        .positional('variant', { type: 'string', describe: 'Folder, or OWNER/REPO on the hub' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the map as JSON' })
        .example('$0 layermap Qwen/Qwen3-8B-Base ./laco', 'how a checkpoint was made') as unknown as Argv<LayermapArguments>,
    handler: (argv) => layermap(argv, terminal),
  }
}

async function layermap({ base, variant, json }: LayermapArguments, { out, err, errorStream, signal }: Terminal): Promise<void> {
  const folderOf = async (source: string) => {
    const { folder } = await unlessAborted(locateModel(parsePlainModel(source), err), signal)
    return folder
  }
  const [baseFolder, variantFolder] = [await folderOf(base), await folderOf(variant)]
  const format = 'comparing {bar} {percentage} %'
  const bar = errorStream.isTTY
    ? new SingleBar({ stream: errorStream, format, barsize: 20, hideCursor: true, clearOnComplete: true, gracefulExit: false, linewrap: false })
    : undefined
  try {
    const map = await unlessAborted(mapLayers(baseFolder, variantFolder, { onStart: (steps) => bar?.start(steps, 0), onStep: () => bar?.increment() }), signal)
    bar?.stop()
    out(json ? JSON.stringify({ ...map, summary: verdictText(map) }, null, 2) : layerMapTable(map))
  } finally {
    bar?.stop()
  }
}
