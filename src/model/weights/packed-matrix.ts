/** Projections as quantizing tools store them: finds and checks the tensors of each one. Bytes are not moved. */
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import type { ExpectedTensor } from './expected-tensors.ts'
import type { StoredQuantization } from '../config/quantization-config.ts'
import { disagreeing, parts } from './matrix-parts.ts'
import { findScaled, type ScaledMatrix } from './scaled-matrix.ts'
import { tensorReader } from './tensor-bytes.ts'
import type { StoredTensor } from './stored-tensor.ts'

/** A matrix [rows, columns] = [out, in] in a tool's own layout. */
export type PackedMatrix = { readonly rows: number; readonly columns: number } & (
  | {
      readonly kind: 'bitsandbytes'
      /** Values that share a scale, in row-major order. */
      readonly block: number
      /** Two a byte, the first in the high bits: [⌈rows × columns ÷ 2⌉, 1]. */
      readonly codes: StoredTensor<'U8'>
      readonly scales: { readonly kind: 'plain'; readonly absmax: StoredTensor<'F32'> } | NestedScales
    }
  | {
      readonly kind: 'gptq' | 'awq'
      /** Input columns that share a scale. */
      readonly groupSize: number
      /** GPTQ [columns ÷ 8, rows], eight columns a word; AWQ [columns, rows ÷ 8], eight rows a word in its own order. */
      readonly codes: StoredTensor<'I32'>
      /** [groups, rows ÷ 8]. */
      readonly zeroPoints: StoredTensor<'I32'>
      /** [groups, rows]. */
      readonly scales: StoredTensor<'F16' | 'BF16' | 'F32'>
      /** GPTQ: the group of each column; absent if the tool did not store it. */
      readonly groups?: StoredTensor<'I32'>
      /** Added to the stored zero points. */
      readonly zeroOffset: 0 | 1
    }
  | ScaledMatrix
)

/** Scales that bitsandbytes quantized once more: table[code] × nested scale + offset. */
export interface NestedScales {
  readonly kind: 'nested'
  readonly codes: StoredTensor<'U8'>
  readonly table: StoredTensor<'F32'>
  /** Codes that share a nested scale. */
  readonly block: number
  readonly absmax: StoredTensor<'F32'>
  readonly offset: number
}

/**
 * The parts of a projection; undefined if it is stored plain, as tools leave some modules. Fails with CheckpointError if parts are missing or
 * disagree with the shape that the config calls for.
 */
export async function findPackedMatrix(
  expected: ExpectedTensor,
  quantization: StoredQuantization,
  stored: ReadonlyMap<string, StoredTensor>,
  root: string,
): Promise<PackedMatrix | undefined> {
  switch (quantization.method) {
    case 'bitsandbytes':
      return findNf4(expected, stored, root)
    case 'gptq':
    case 'awq':
      return findGrouped(expected, quantization, stored)
    case 'compressed-tensors':
    case 'fp8':
      return findScaled(expected, quantization, stored, root)
  }
}

/** bitsandbytes `QuantState.as_dict(packed=True)`. */
const stateSchema = z.looseObject({
  quant_type: z.string(),
  blocksize: z.number().int().positive(),
  shape: z.array(z.number().int().positive()),
  nested_blocksize: z.number().int().positive().optional(),
  nested_offset: z.number().optional(),
})

/** Largest block of onnxruntime's MatMulBnb4. */
const MOST_NF4_BLOCK = 256

async function findNf4({ name, shape }: ExpectedTensor, stored: ReadonlyMap<string, StoredTensor>, root: string): Promise<PackedMatrix | undefined> {
  const state = stored.get(`${name}.quant_state.bitsandbytes__nf4`)
  if (!state) return undefined
  const [rows, columns] = shape as [number, number]
  const { blocksize: block, shape: storedShape, nested_blocksize: nestedBlock, nested_offset: offset } = await readState(name, state, root)
  if (storedShape.join() !== shape.join()) throw disagreeing(name, `packs [${storedShape.join(', ')}], config.json calls for [${shape.join(', ')}]`)
  if (block > MOST_NF4_BLOCK)
    throw new CheckpointError(`tensor ${name} is NF4 in blocks of ${block}, which is not supported`, `With blocks of ${MOST_NF4_BLOCK} or less it is.`)
  const part = parts(name, stored)
  const blockCount = Math.ceil((rows * columns) / block)
  const codes = part('', ['U8'], [Math.ceil((rows * columns) / 2), 1])
  if (nestedBlock === undefined || offset === undefined) {
    return { kind: 'bitsandbytes', rows, columns, block, codes, scales: { kind: 'plain', absmax: part('.absmax', ['F32'], [blockCount]) } }
  }
  const scales: NestedScales = {
    kind: 'nested',
    codes: part('.absmax', ['U8'], [blockCount]),
    table: part('.nested_quant_map', ['F32'], [256]),
    block: nestedBlock,
    absmax: part('.nested_absmax', ['F32'], [Math.ceil(blockCount / nestedBlock)]),
    offset,
  }
  return { kind: 'bitsandbytes', rows, columns, block, codes, scales }
}

async function readState(name: string, state: StoredTensor, root: string): Promise<z.infer<typeof stateSchema>> {
  await using reader = tensorReader(root)
  const text = Buffer.from(await reader.read(state, 0, state.byteLength)).toString('utf8')
  let content: unknown
  try {
    content = parseJson(text)
  } catch (cause) {
    throw new CheckpointError(`tensor ${name}: its quantization state is not JSON`, 'Download or copy the file again.', { cause })
  }
  const checked = stateSchema.safeParse(content)
  if (!checked.success) throw disagreeing(name, `has a malformed quantization state: ${z.prettifyError(checked.error)}`)
  return checked.data
}

/** Codes in a word of 32 bits. */
const PER_WORD = 8

function findGrouped(
  { name, shape }: ExpectedTensor,
  quantization: StoredQuantization & { readonly method: 'gptq' | 'awq' },
  stored: ReadonlyMap<string, StoredTensor>,
): PackedMatrix | undefined {
  const module = name.slice(0, -'.weight'.length)
  if (!stored.has(`${module}.qweight`)) return undefined
  const [rows, columns] = shape as [number, number]
  const { method } = quantization
  const groupSize = quantization.groupSize === -1 ? columns : quantization.groupSize
  if (columns % groupSize !== 0) throw disagreeing(name, `has ${columns} columns in groups of ${groupSize}`)
  const part = parts(module, stored)
  const groupCount = columns / groupSize
  return {
    kind: method,
    rows,
    columns,
    groupSize,
    codes: part('.qweight', ['I32'], method === 'gptq' ? [columns / PER_WORD, rows] : [columns, rows / PER_WORD]),
    zeroPoints: part('.qzeros', ['I32'], [groupCount, rows / PER_WORD]),
    scales: part('.scales', ['F16', 'BF16', 'F32'], [groupCount, rows]),
    ...(method === 'gptq' && stored.has(`${module}.g_idx`) && { groups: part('.g_idx', ['I32'], [columns]) }),
    zeroOffset: quantization.method === 'gptq' ? quantization.zeroOffset : 0,
  }
}
