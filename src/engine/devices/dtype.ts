/** Number types in which a model is computed. */
import { UsageError } from '../../errors.ts'
import type { FloatType } from '../../graph/onnx-model.ts'
import { lookUp } from '../../io/look-up.ts'
import { didYouMean } from '../../text/nearest-name.ts'

/** Types by the names that `--dtype` takes and the run record holds; their names in a graph. */
const DTYPES = { float32: 'float', float16: 'float16', bfloat16: 'bfloat16' } as const satisfies Record<string, FloatType>
export type Dtype = keyof typeof DTYPES

const SHORT_NAMES: Readonly<Record<string, Dtype>> = { f32: 'float32', f16: 'float16', bf16: 'bfloat16', fp32: 'float32', fp16: 'float16' }

/** `f32`, `float16`, `bf16`. Fails with UsageError. */
export function parseDtype(text: string): Dtype {
  const dtype = lookUp(SHORT_NAMES, text) ?? text
  if (!Object.hasOwn(DTYPES, dtype)) throw new UsageError(`unknown --dtype ${JSON.stringify(text)}`, hintFor(text))
  return dtype as Dtype
}

/** A type as `--dtype` takes it: `bf16`. */
export function dtypeOption(dtype: Dtype): string {
  return Object.entries(SHORT_NAMES).find(([, type]) => type === dtype)![0]
}

/** Quantized weights are a setting of the model. */
function hintFor(text: string): string {
  const names = 'Supported: f32, f16, bf16.'
  if (/^(?:nf4|int[48]|[48]bit)$/u.test(text)) return `${names} Quantized weights are a setting of the model: --model NAME=WHERE,quantize=nf4, int8 or int4.`
  return `${didYouMean(text, ['f32', 'f16', 'bf16', ...Object.keys(DTYPES)])}${names}`
}

/** A type by its name in a graph. */
export function graphType(dtype: Dtype): FloatType {
  return DTYPES[dtype]
}
