/**
 * How the inputs of quantized matrices are rounded before they are multiplied: `input_activations` of compressed-tensors 0.20. It quantizes and dequantizes
 * what a module reads (`quantization/lifecycle/forward.py`), with a scale of the values themselves or a stored one.
 */
import type { CheckpointError } from '../../errors.ts'
import { WHOLE_AXIS } from './scale-extent.ts'

/** The numbers that inputs are rounded to. */
export type RoundedType = 'int4' | 'int8' | 'fp8'

/** A way of rounding. */
export type InputRounding =
  | {
      /** The scale follows from the values that share it. */
      readonly kind: 'dynamic'
      readonly type: RoundedType
      /** How many neighboring columns of a token share a scale; null if all of them do. */
      readonly columns: number | null
      /** Whether zero is in the middle of the range; if not, there is a zero point beside the scale. */
      readonly isSymmetric: boolean
    }
  | {
      /** Each matrix has a scale of its own, which is stored beside it. */
      readonly kind: 'static'
      readonly type: RoundedType
      readonly isSymmetric: boolean
    }

/** The fields of QuantizationArgs that are read. */
interface ActivationArgs {
  readonly num_bits: number
  readonly type: string
  readonly symmetric: boolean
  readonly group_size?: number | null | undefined
  readonly strategy?: string | null | undefined
  readonly dynamic: boolean | string
  readonly scale_dtype?: string | null | undefined
}

/** The rounding that the fields describe; fails with `refused` on one that is not computed. */
export function inputRoundingOf(args: ActivationArgs, refused: (what: string, reason?: string) => CheckpointError): InputRounding {
  const { num_bits: bits, symmetric: isSymmetric, group_size: size, dynamic } = args
  const type = typeOf(args)
  const named = `input_activations: ${args.type} of ${bits} bits`
  if (!type) throw refused(named)
  if (!isSymmetric && type === 'fp8') throw refused(`${named}, asymmetric`)
  if (args.scale_dtype != null) throw refused(`${named} with scales in ${args.scale_dtype}`)
  // Without a strategy the group size decides, as in QuantizationArgs.
  const strategy = args.strategy ?? (size == null ? 'tensor' : size === WHOLE_AXIS ? 'channel' : 'group')
  if (dynamic === true && strategy === 'token') return { kind: 'dynamic', type, columns: null, isSymmetric }
  if (dynamic === true && strategy === 'group' && size != null && size > 0) return { kind: 'dynamic', type, columns: size, isSymmetric }
  if (dynamic === true && strategy === 'tensor')
    throw refused(`${named}, dynamic by tensor`, 'One scale for all tokens of a batch would make a score depend on what else is in the batch. ')
  if (dynamic === false && strategy === 'tensor') return { kind: 'static', type, isSymmetric }
  throw refused(`${named}, ${dynamic === false ? 'static' : dynamic === true ? 'dynamic' : `dynamic ${dynamic}`} by ${strategy}`)
}

function typeOf({ type, num_bits: bits }: ActivationArgs): RoundedType | undefined {
  if (type === 'float') return bits === 8 ? 'fp8' : undefined
  return type === 'int' && (bits === 4 || bits === 8) ? `int${bits}` : undefined
}
