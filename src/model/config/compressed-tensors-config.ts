/**
 * `quantization_config` of compressed-tensors 0.20 (llm-compressor): one scheme for all quantized modules, of weights and of the inputs that they multiply.
 * transformers rounds outputs and the KV cache if a scheme asks for it, and multiplies with matrices if transforms do; such checkpoints are refused by name.
 */
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { inputRoundingOf, type InputRounding } from './input-rounding.ts'
import { isOn } from './off-values.ts'
import { groupSizeOf, WHOLE_AXIS, type ScaledStorage, type ScaleExtent } from './scale-extent.ts'

const extent = z
  .number()
  .int()
  .positive()
  .max(2 ** 26)

/** QuantizationArgs; its defaults. */
const argsSchema = z.looseObject({
  num_bits: z.number().int().default(8),
  type: z.string().toLowerCase().default('int'),
  symmetric: z.boolean().default(true),
  group_size: z.number().int().nullish(),
  strategy: z.string().toLowerCase().nullish(),
  block_structure: z
    .union([
      z.tuple([extent, extent]),
      z
        .string()
        .regex(/^\d{1,7}x\d{1,7}$/u)
        .transform((text): [number, number] => text.split('x').map(Number) as [number, number]),
    ])
    .nullish(),
})
type Args = z.infer<typeof argsSchema>

/** The same of activations. */
const activationsSchema = argsSchema.extend({ dynamic: z.union([z.boolean(), z.string().toLowerCase()]).default(false), scale_dtype: z.string().nullish() })

const schema = z.looseObject({
  config_groups: z.record(
    z.string(),
    z.union([
      z.array(z.unknown()),
      z.looseObject({
        weights: argsSchema.nullish(),
        input_activations: activationsSchema.nullish(),
        output_activations: z.unknown().optional(),
        format: z.string().nullish(),
      }),
    ]),
  ),
  format: z.string().default('fakequant'),
  quantization_status: z.string().default('initialized'),
  kv_cache_scheme: z.unknown().optional(),
  sparsity_config: z.looseObject({ format: z.string().nullish() }).nullish(),
  transform_config: z.looseObject({ config_groups: z.unknown().optional() }).nullish(),
})

/** How compressed-tensors stored the matrices. */
export interface CompressedTensors extends ScaleExtent {
  readonly method: 'compressed-tensors'
  readonly storage: ScaledStorage
  readonly hasZeroPoints: boolean
  /** How the inputs of the matrices are rounded; absent if they are not. */
  readonly inputs?: InputRounding
}

const HINT =
  'Supported: weights as int4 and int8 (pack-quantized, int-quantized, naive-quantized) and FP8 (float-quantized, naive-quantized), and inputs as int8 and FP8 by token, by group of columns, or with a stored scale; else score it on a server.'

/** Checks the content of a `quantization_config`; errors name `file`. Fails with CheckpointError on what cannot be run. */
export function parseCompressedTensors(content: unknown, file: string): CompressedTensors {
  const checked = schema.safeParse(content)
  if (!checked.success) throw new CheckpointError(`${file}: quantization_config is malformed: ${z.prettifyError(checked.error)}`, HINT)
  const raw = checked.data
  const refused = (what: string, reason = '') =>
    new CheckpointError(`${file}: the weights are quantized by compressed-tensors with ${what}, which is not supported`, reason + HINT)
  if (isOn(raw.kv_cache_scheme)) throw refused('a quantized KV cache (kv_cache_scheme)')
  if (isOn(raw.transform_config?.config_groups)) throw refused('transforms (transform_config)')
  const sparsity = raw.sparsity_config?.format ?? 'dense'
  if (sparsity !== 'dense') throw refused(`sparse weights (${sparsity})`)
  if (raw.quantization_status !== 'compressed') throw refused(`quantization_status ${raw.quantization_status}`)
  const schemes = Object.entries(raw.config_groups).map(([name, group]) => {
    if (Array.isArray(group)) throw refused(`the preset ${name}`)
    if (isOn(group.output_activations)) throw refused('quantized outputs (output_activations)', 'transformers rounds the output of every projection then. ')
    if (!group.weights) throw refused('a group without weights')
    const inputs = group.input_activations ? inputRoundingOf(group.input_activations, refused) : undefined
    return { ...describe(group.weights, group.format ?? raw.format, file, refused), ...(inputs && { inputs }) }
  })
  const [scheme] = schemes
  if (!scheme) throw refused('no config_groups')
  if (schemes.some((other) => JSON.stringify(other) !== JSON.stringify(scheme))) throw refused('several schemes (mixed precision)')
  return scheme
}

function describe(args: Args, format: string, file: string, refused: (what: string) => CheckpointError): CompressedTensors {
  const storage = storageOf(args, format)
  if (!storage) throw refused(`${args.type} weights of ${args.num_bits} bits in the format ${format}`)
  const hasZeroPoints = !args.symmetric
  if (hasZeroPoints && storage === 'fp8') throw refused('asymmetric FP8 weights')
  const extents = extentOf(args, storage, file)
  if (!extents) throw refused(`${args.type} weights by ${args.strategy}`)
  // compressed-tensors packs zero points by channel and group only.
  if (hasZeroPoints && extents.scaleRows === WHOLE_AXIS) throw refused('asymmetric weights by tensor')
  return { method: 'compressed-tensors', storage, hasZeroPoints, ...extents }
}

function storageOf({ type, num_bits: bits }: Args, format: string): ScaledStorage | undefined {
  if (type === 'float') return bits === 8 && (format === 'float-quantized' || format === 'naive-quantized') ? 'fp8' : undefined
  if (type !== 'int') return undefined
  if (format === 'pack-quantized') return bits === 4 ? 'packed-int4' : bits === 8 ? 'packed-int8' : undefined
  return bits === 8 && (format === 'int-quantized' || format === 'naive-quantized') ? 'int8' : undefined
}

/** Without a strategy the group size decides, as in QuantizationArgs. */
function extentOf({ strategy, group_size: size, block_structure: block }: Args, storage: ScaledStorage, file: string): ScaleExtent | undefined {
  switch (strategy ?? (size == null ? 'tensor' : size === WHOLE_AXIS ? 'channel' : 'group')) {
    case 'tensor':
      return { scaleRows: WHOLE_AXIS, scaleColumns: WHOLE_AXIS }
    case 'channel':
      return { scaleRows: 1, scaleColumns: WHOLE_AXIS }
    case 'group':
      return { scaleRows: 1, scaleColumns: groupSizeOf(size ?? undefined, file) }
    case 'block':
      return block && storage === 'fp8' ? { scaleRows: block[0], scaleColumns: block[1] } : undefined
    default:
      return undefined
  }
}
