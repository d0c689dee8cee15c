/** Which matrices round what they multiply, and with which stored scales. */
import { CheckpointError } from '../../errors.ts'
import type { PackedMatrix } from '../weights/packed-matrix.ts'
import type { StoredInputRounding } from '../weights/scaled-matrix.ts'
import type { TensorReader } from '../weights/tensor-bytes.ts'
import { readFloats } from './code-layout.ts'
import type { RoundedInput } from './runnable-weights.ts'

/** The roundings of the matrices `names`, by name. Fails with CheckpointError on a scale that is not a positive number. */
export async function readRoundedInputs(
  names: Iterable<string>,
  packed: ReadonlyMap<string, PackedMatrix>,
  reader: TensorReader,
): Promise<Map<string, RoundedInput>> {
  const rounded = new Map<string, RoundedInput>()
  for (const name of names) {
    const matrix = packed.get(name)
    if (matrix?.kind === 'scaled' && matrix.inputs) rounded.set(name, await readRounding(name, matrix.inputs, reader))
  }
  return rounded
}

async function readRounding(name: string, { rounding, scale: storedScale, zeroPoint }: StoredInputRounding, reader: TensorReader): Promise<RoundedInput> {
  if (rounding.kind === 'dynamic') return rounding
  const [scale] = await readFloats(storedScale!, reader)
  if (!(scale! > 0 && Number.isFinite(scale)))
    throw new CheckpointError(`${name}: the scale of its input is ${scale}`, 'It must be a positive number. Quantize the checkpoint again.')
  const zero = zeroPoint ? Buffer.from(await reader.read(zeroPoint, 0, zeroPoint.byteLength)).readInt8(0) : 0
  return { ...rounding, scale: scale!, zeroPoint: zero }
}
