/**
 * Rounds what a matrix multiplies as a kernel for fewer bits would: quantized and dequantized, in floats. As compressed-tensors 0.20 computes it
 * (`quantization/lifecycle/forward_helpers.py`, `quantization/utils/helpers.py`).
 */
import type { RoundedType } from '../../model/config/input-rounding.ts'
import type { RoundedInput } from '../../model/runnable/runnable-weights.ts'
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE } from '../onnx-model.ts'

/** Least and greatest number of each type; those of FP8 are of E4M3 without infinities. */
const RANGES: Readonly<Record<RoundedType, readonly [number, number]>> = { int4: [-8, 7], int8: [-128, 127], fp8: [-448, 448] }

/** Used for a scale of 0: float32's epsilon. */
const LEAST_SCALE = 2 ** -23

/** `input` [N, in] rounded, in f32. */
export function roundInput(g: GraphBuilder, rounding: RoundedInput, input: string): string {
  if (rounding.kind === 'static') return throughCodes(g, rounding.type, input, { scale: scalar(g, rounding.scale), zero: zeroOf(rounding.zeroPoint) })
  const { columns, type } = rounding
  if (columns === null) return throughCodes(g, type, input, dynamicScale(g, rounding, input))
  const grouped = g.node('Reshape', [input, g.integers([0, -1, columns])])
  return g.node('Reshape', [throughCodes(g, type, grouped, dynamicScale(g, rounding, grouped)), g.node('Shape', [input])])

  function zeroOf(zeroPoint: number): string | undefined {
    return zeroPoint === 0 ? undefined : scalar(g, zeroPoint)
  }
}

/** What turns values into codes: code = value ÷ scale + zero. */
interface Codes {
  readonly scale: string
  /** Absent: 0. */
  readonly zero: string | undefined
}

/** Scale and zero point of the values along the last axis. */
function dynamicScale(g: GraphBuilder, { type, isSymmetric }: Extract<RoundedInput, { kind: 'dynamic' }>, values: string): Codes {
  const [least, greatest] = RANGES[type]
  const along = { axes: g.integers([-1]), zero: scalar(g, 0) }
  const largest = g.node('Max', [g.node('ReduceMax', [values, along.axes]), along.zero])
  const smallest = g.node('Min', [g.node('ReduceMin', [values, along.axes]), along.zero])
  const width = isSymmetric ? g.node('Max', [largest, g.node('Neg', [smallest])]) : g.node('Sub', [largest, smallest])
  const share = g.node('Div', [width, scalar(g, isSymmetric ? (greatest - least) / 2 : greatest - least)])
  const scale = g.node('Where', [g.node('Equal', [share, along.zero]), scalar(g, LEAST_SCALE), share])
  if (isSymmetric) return { scale, zero: undefined }
  const zero = g.node('Sub', [scalar(g, least), g.node('Div', [smallest, scale])])
  return { scale, zero: g.node('Round', [g.node('Clip', [zero, scalar(g, least, []), scalar(g, greatest, [])])]) }
}

function throughCodes(g: GraphBuilder, type: RoundedType, values: string, { scale, zero }: Codes): string {
  const [least, greatest] = RANGES[type]
  const divided = g.node('Div', [values, scale])
  const moved = zero === undefined ? divided : g.node('Add', [divided, zero])
  const clipped = g.node('Clip', [moved, scalar(g, least, []), scalar(g, greatest, [])])
  const codes =
    type === 'fp8' ? g.node('Cast', [g.node('Cast', [clipped], { to: DATA_TYPE.float8e4m3fn })], { to: DATA_TYPE.float }) : g.node('Round', [clipped])
  return g.node('Mul', [zero === undefined ? codes : g.node('Sub', [codes, zero]), scale])
}

function scalar(g: GraphBuilder, value: number, shape: readonly number[] = [1]): string {
  return g.floats(Float32Array.of(value), shape)
}
