/**
 * Rotary position embedding as config.json gives it. Newer files have everything in `rope_parameters`, older ones have `rope_theta` at top level and the rest
 * in `rope_scaling`. If both exist, the precedence is that of transformers 5.24 (`convert_rope_params_to_dict`, `standardize_rope_params`).
 */
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'

/** Base frequency, and how it is scaled beyond the trained length (transformers `modeling_rope_utils.py`). */
export type Rope =
  | { readonly kind: 'default'; readonly theta: number }
  | { readonly kind: 'linear'; readonly theta: number; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalMaxPositions: number
    }
  | {
      readonly kind: 'yarn'
      readonly theta: number
      readonly factor: number
      readonly originalMaxPositions: number
      readonly betaFast: number
      readonly betaSlow: number
      readonly attentionFactor: number
      readonly truncate: boolean
    }
  | {
      /** Each frequency is divided by its factor: the long ones apply to every position of an input longer than `originalMaxPositions`, the short ones to others. */
      readonly kind: 'longrope'
      readonly theta: number
      readonly shortFactors: readonly number[]
      readonly longFactors: readonly number[]
      readonly originalMaxPositions: number
      readonly attentionFactor: number
    }

const positive = z.number().int().positive()
/** One per frequency; a head has fewer than 100,000 values. */
const factors = z.array(z.number().positive()).max(100_000).nullish()
const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().nullish(),
  factor: z.number().positive().nullish(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: positive.optional(),
  attention_factor: z.number().positive().nullish(),
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  short_factor: factors,
  long_factor: factors,
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
})
type RopeFields = z.infer<typeof ropeSchema>

/** The fields of config.json that this is read from. */
export const ropeFields = {
  rope_theta: z.number().positive().nullish(),
  rope_scaling: z.union([z.literal(false), ropeSchema]).nullish(),
  rope_parameters: ropeSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  original_max_position_embeddings: positive.nullish(),
}
const rawSchema = z.object({ ...ropeFields, max_position_embeddings: positive })
type RawRope = z.infer<typeof rawSchema>

const COMPARE = 'Compare it with the config.json of the model on the hub.'

/** Fields that each kind uses, beside the base frequency. */
const USED: Readonly<Record<Rope['kind'] | 'dynamic', readonly string[]>> = {
  default: [],
  linear: ['factor'],
  dynamic: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'],
  yarn: ['factor', 'original_max_position_embeddings', 'attention_factor', 'beta_fast', 'beta_slow', 'mscale', 'mscale_all_dim', 'truncate'],
  longrope: ['factor', 'original_max_position_embeddings', 'attention_factor', 'short_factor', 'long_factor'],
}

/** The width that is rotated, and whether the family rotates only the part of a head that `partial_rotary_factor` gives. */
interface RotaryWidth {
  readonly headSize: number
  readonly isPartial: boolean
}

/** Checks and merges the fields; adds a notice for each field that is not used. Fails with CheckpointError on what is not supported. */
export function toRope(raw: RawRope, file: string, { headSize, isPartial }: RotaryWidth, notices: string[]): Rope {
  const { name, fields } = chosen(raw, notices)
  for (const [key, value] of Object.entries(fields))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      throw new CheckpointError(`${file}: ${name} has ${key}, rotary parameters by layer, which is not supported`, 'Supported: one set for all layers.')
  const partial = partialRotaryFactor(raw) ?? 1
  if (partial !== 1 && !isPartial) throw new CheckpointError(`${file}: partial_rotary_factor ${partial} is not supported`, 'Supported: 1.')
  const theta = baseFrequency(raw, fields, name, file, notices)
  const kind = fields.rope_type ?? fields.type ?? 'default'
  if (!Object.hasOwn(USED, kind)) throw new CheckpointError(`${file}: rope scaling ${kind} is not supported`, `Supported: ${Object.keys(USED).join(', ')}.`)
  const used = USED[kind as keyof typeof USED]
  const unused = Object.keys(fields).filter((key) => !['rope_type', 'type', 'rope_theta', 'partial_rotary_factor', ...used].includes(key))
  if (unused.length > 0) notices.push(`config.json: ${name} of type ${kind} has ${unused.join(', ')}, which transformers ignores; ignored here too`)
  const required = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = fields[key]
    if (value == null) throw new CheckpointError(`${file}: rope scaling ${kind} lacks ${key}`, COMPARE)
    return value
  }
  switch (kind as keyof typeof USED) {
    case 'default':
      return { kind: 'default', theta }
    // Frequencies change beyond max_position_embeddings only, and no input is longer.
    case 'dynamic':
      required('factor')
      return { kind: 'default', theta }
    case 'linear':
      return { kind: 'linear', theta, factor: required('factor') }
    case 'llama3':
      return {
        kind: 'llama3',
        theta,
        factor: required('factor'),
        lowFrequencyFactor: required('low_freq_factor'),
        highFrequencyFactor: required('high_freq_factor'),
        originalMaxPositions: originalMaxPositions(raw, fields, file),
      }
    case 'yarn':
      return yarn(raw, fields, theta, file, headSize)
    case 'longrope':
      return longRope(raw, fields, theta, file, headSize)
  }
}

/** The share of a head that is rotated, if config.json gives it; the one beside the other parameters wins over the one at top level. */
export function partialRotaryFactor(raw: Pick<RawRope, 'rope_scaling' | 'rope_parameters' | 'partial_rotary_factor'>): number | undefined {
  return chosen(raw, []).fields.partial_rotary_factor ?? raw.partial_rotary_factor ?? undefined
}

/** `rope_scaling` wins unless it is empty. */
function chosen(
  { rope_scaling: older, rope_parameters: newer }: Pick<RawRope, 'rope_scaling' | 'rope_parameters'>,
  notices: string[],
): { readonly name: string; readonly fields: RopeFields } {
  const olderFields = older || {}
  if (Object.keys(olderFields).length === 0) return { name: 'rope_parameters', fields: newer ?? {} }
  if (newer && Object.keys(newer).length > 0 && JSON.stringify(newer) !== JSON.stringify(older))
    notices.push('config.json has rope_scaling and rope_parameters, which differ: rope_scaling is used, as transformers does')
  return { name: 'rope_scaling', fields: olderFields }
}

/** The one beside the other parameters wins over the one at top level. */
function baseFrequency({ rope_theta: top }: RawRope, { rope_theta: inside }: RopeFields, name: string, file: string, notices: string[]): number {
  if (inside !== undefined) {
    if (top != null && top !== inside)
      notices.push(`config.json: rope_theta is ${inside} in ${name} and ${top} at top level: ${inside} is used, as transformers does`)
    return inside
  }
  if (top === null)
    throw new CheckpointError(`${file}: rope_theta is null`, 'transformers cannot load it either; give the number, or take the field out for 10000.')
  return top ?? 10_000
}

/** The one at top level wins over the one beside the other parameters. */
function originalMaxPositions({ original_max_position_embeddings: top, max_position_embeddings: all }: RawRope, fields: RopeFields, file: string): number {
  if (top === null) throw new CheckpointError(`${file}: original_max_position_embeddings is null`, 'transformers cannot load it either; take the field out.')
  return top ?? fields.original_max_position_embeddings ?? all
}

function yarn(raw: RawRope, fields: RopeFields, theta: number, file: string, headSize: number): Rope {
  const original = originalMaxPositions(raw, fields, file)
  if (fields.factor === undefined) throw new CheckpointError(`${file}: rope scaling yarn lacks factor`, COMPARE)
  const factor = fields.factor ?? raw.max_position_embeddings / original
  if (headSize < 4) throw new CheckpointError(`${file}: yarn needs heads of at least 4, got ${headSize}`, 'Check head_dim.')
  return {
    kind: 'yarn',
    theta,
    factor,
    originalMaxPositions: original,
    betaFast: fields.beta_fast ?? 32,
    betaSlow: fields.beta_slow ?? 1,
    attentionFactor: fields.attention_factor ?? yarnAttentionFactor(factor, fields.mscale, fields.mscale_all_dim),
    // In Python null is false.
    truncate: fields.truncate === undefined ? true : (fields.truncate ?? false),
  }
}

/** arXiv 2402.13753; transformers `_compute_longrope_parameters`. */
function longRope(raw: RawRope, fields: RopeFields, theta: number, file: string, headSize: number): Rope {
  const original = originalMaxPositions(raw, fields, file)
  const factorsOf = (key: 'short_factor' | 'long_factor'): readonly number[] => {
    const values = fields[key]
    if (values == null) throw new CheckpointError(`${file}: rope scaling longrope lacks ${key}`, COMPARE)
    if (values.length !== headSize / 2)
      throw new CheckpointError(`${file}: ${key} has ${values.length} factors for ${headSize / 2} frequencies`, 'Give one factor for two values of a head.')
    return values
  }
  const factor = fields.factor ?? raw.max_position_embeddings / original
  return {
    kind: 'longrope',
    theta,
    shortFactors: factorsOf('short_factor'),
    longFactors: factorsOf('long_factor'),
    originalMaxPositions: original,
    attentionFactor: fields.attention_factor ?? (factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original))),
  }
}

/** YaRN's temperature on attention, arXiv 2309.00071 equation 22, with transformers' `mscale` and `mscale_all_dim`. */
function yarnAttentionFactor(factor: number, mscale: number | null | undefined, mscaleAll: number | null | undefined): number {
  const temperature = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  return mscale && mscaleAll ? temperature(mscale) / temperature(mscaleAll) : temperature(1)
}
