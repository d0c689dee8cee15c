/** `quantization_config` of config.json: which tool quantized the weights, and how. Anything that cannot be run is refused by name. */
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { parseCompressedTensors, type CompressedTensors } from './compressed-tensors-config.ts'
import { groupSizeOf, WHOLE_AXIS, type ScaleExtent } from './scale-extent.ts'

/** How a checkpoint's projections are stored. */
export type StoredQuantization =
  /** NF4 of bitsandbytes; each tensor stores its block size. */
  | { readonly method: 'bitsandbytes' }
  /** Integers of four bits in groups of input columns. `zeroOffset` is added to the stored zero points. */
  | { readonly method: 'gptq'; readonly groupSize: number; readonly zeroOffset: 0 | 1 }
  | { readonly method: 'awq'; readonly groupSize: number }
  | CompressedTensors
  /** FP8 (E4M3) in blocks, as DeepSeek and Qwen publish it. */
  | ({ readonly method: 'fp8' } & ScaleExtent)

const extent = z
  .number()
  .int()
  .positive()
  .max(2 ** 26)

const schema = z.looseObject({
  quant_method: z.string().optional(),
  // bitsandbytes
  load_in_4bit: z.boolean().optional(),
  load_in_8bit: z.boolean().optional(),
  bnb_4bit_quant_type: z.string().optional(),
  bnb_4bit_quant_storage: z.string().optional(),
  // GPTQ and AWQ
  bits: z.number().optional(),
  group_size: z.number().int().optional(),
  checkpoint_format: z.string().nullish(),
  version: z.string().optional(),
  zero_point: z.boolean().optional(),
  // FP8
  weight_block_size: z.tuple([extent, extent]).nullish(),
  activation_scheme: z.string().nullish(),
  fmt: z.string().nullish(),
})

const PLAIN_HINT =
  'Give the checkpoint before quantization (F32, BF16 or F16 weights). docs/quantizing.md lists what is read: NF4 of bitsandbytes, 4-bit GPTQ and AWQ, compressed-tensors, block-wise FP8.'

/**
 * Checks a `quantization_config`; errors name `file`, and a notice says what is not computed. Fails with CheckpointError on a method or setting that cannot be
 * run.
 */
export function parseQuantization(content: unknown, file: string, notices: string[]): StoredQuantization {
  const checked = schema.safeParse(content)
  if (!checked.success) throw new CheckpointError(`${file}: quantization_config is malformed: ${z.prettifyError(checked.error)}`, PLAIN_HINT)
  const raw = checked.data
  const refused = (what: string) => new CheckpointError(`${file}: the weights are quantized with ${what}, which is not supported`, PLAIN_HINT)
  // bitsandbytes did not always write its name.
  const method = raw.quant_method ?? (raw.load_in_4bit || raw.load_in_8bit ? 'bitsandbytes' : undefined)
  switch (method) {
    case 'bitsandbytes':
      if (raw.load_in_8bit) throw refused('bitsandbytes LLM.int8')
      if (raw.bnb_4bit_quant_type !== 'nf4') throw refused(`bitsandbytes ${raw.bnb_4bit_quant_type ?? 'fp4'}`)
      if ((raw.bnb_4bit_quant_storage ?? 'uint8') !== 'uint8') throw refused(`bitsandbytes NF4 stored as ${raw.bnb_4bit_quant_storage}`)
      return { method }
    case 'gptq': {
      if (raw.bits !== 4) throw refused(`GPTQ of ${raw.bits} bits`)
      const format = raw.checkpoint_format ?? 'gptq'
      if (format !== 'gptq' && format !== 'gptq_v2') throw refused(`GPTQ in the format ${format}`)
      return { method, groupSize: groupSizeOf(raw.group_size, file), zeroOffset: format === 'gptq' ? 1 : 0 }
    }
    case 'awq': {
      if (raw.bits !== 4) throw refused(`AWQ of ${raw.bits} bits`)
      if ((raw.version ?? 'gemm').toLowerCase() !== 'gemm') throw refused(`AWQ in the version ${raw.version}`)
      if (raw.zero_point === false) throw refused('AWQ without zero points')
      return { method, groupSize: groupSizeOf(raw.group_size, file) }
    }
    case 'compressed-tensors':
      return parseCompressedTensors(content, file)
    case 'fp8':
      return fp8(raw, refused, notices)
    default:
      throw refused(method ?? 'a method that it does not name')
  }
}

/** Fine-grained FP8 of transformers: `utils/quantization_config.py`, FineGrainedFP8Config. */
function fp8(raw: z.infer<typeof schema>, refused: (what: string) => CheckpointError, notices: string[]): StoredQuantization {
  const activations = raw.activation_scheme ?? 'dynamic'
  if (activations.toLowerCase() !== 'dynamic') throw refused(`FP8 with the activation_scheme ${activations}`)
  if ((raw.fmt ?? 'e4m3').toLowerCase() !== 'e4m3') throw refused(`FP8 in the format ${raw.fmt}`)
  notices.push(
    'the weights are FP8: dequantized and multiplied in f32, as transformers does on devices without FP8 kernels; on newer GPUs it rounds activations to FP8 too',
  )
  const [scaleRows, scaleColumns] = raw.weight_block_size === undefined ? [128, 128] : (raw.weight_block_size ?? [WHOLE_AXIS, WHOLE_AXIS])
  return { method: 'fp8', scaleRows, scaleColumns }
}
