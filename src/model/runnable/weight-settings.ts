/** Settings of a model that change its weights: quantization at load, and a LoRA adapter. */
import { didYouMean } from '../../text/nearest-name.ts'
import { UsageError } from '../../errors.ts'
import type { ModelSettings } from '../model-settings.ts'

/** How projections are quantized at load, and how many values share a scale. */
export interface QuantizeSetting {
  readonly scheme: 'nf4' | 'int8' | 'int4'
  readonly block: number
}

/** Requested settings; plain weights if both are absent. */
export interface WeightSettings {
  readonly quantize?: QuantizeSetting
  /** Folder of a PEFT adapter. */
  readonly adapter?: string
}

/** Smallest, largest and default block of onnxruntime's operators; bitsandbytes has none below 32. */
const BLOCKS = {
  nf4: { least: 32, most: 256, usual: 64 },
  int8: { least: 16, most: 256, usual: 128 },
  int4: { least: 16, most: 256, usual: 32 },
} as const

/** Checks `quantize`, `block` and `adapter`. Fails with UsageError. */
export function weightSettings({ quantize, block, adapter }: ModelSettings = {}): WeightSettings {
  if (quantize === undefined && block !== undefined) throw new UsageError(`block=${block} without quantize`, 'Give quantize=nf4, int8 or int4 with it.')
  return { ...(quantize !== undefined && { quantize: quantizeSetting(quantize, block) }), ...(adapter !== undefined && { adapter }) }
}

function quantizeSetting(scheme: string, blockText: string | undefined): QuantizeSetting {
  if (!Object.hasOwn(BLOCKS, scheme))
    throw new UsageError(`unknown quantize=${scheme}`, `${didYouMean(scheme, Object.keys(BLOCKS))}Supported: ${Object.keys(BLOCKS).join(', ')}.`)
  const { least, most, usual } = BLOCKS[scheme as QuantizeSetting['scheme']]
  const block = blockText === undefined ? usual : Number(blockText)
  if (!(Number.isInteger(Math.log2(block)) && block >= least && block <= most)) {
    throw new UsageError(`block=${blockText} does not go with quantize=${scheme}`, `Powers of two from ${least} to ${most} do; ${usual} is usual.`)
  }
  return { scheme: scheme as QuantizeSetting['scheme'], block }
}
