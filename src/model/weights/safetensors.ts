/** Reads the header of a safetensors file: where the bytes of each tensor are. It does not read weights. */
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { otherFormatOfFile } from '../../io/untrusted-file.ts'
import { parseJson } from '../../io/parse-json.ts'

/** In bytes: the tensors of 10,000 layers. The format's own bound is 100 MB (safetensors `MAX_HEADER_SIZE`), which takes 2.2 GiB and 20 s to parse. */
const MAX_HEADER_BYTES = 2 ** 24

/** Size of one value. */
export const BYTES_PER_VALUE = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const

/** Element types that a checkpoint's weights may have. */
export type Dtype = keyof typeof BYTES_PER_VALUE

/** The same plus the types of quantizing tools: codes, group indices and shapes. */
export const BYTES_PER_STORED_VALUE = { ...BYTES_PER_VALUE, U8: 1, I8: 1, F8_E4M3: 1, I32: 4, I64: 8 } as const

/** Element types of a quantized checkpoint. */
export type StoredDtype = keyof typeof BYTES_PER_STORED_VALUE

/** One tensor: its type, its shape, and its position in its file. */
export interface TensorEntry<D extends string = Dtype> {
  readonly name: string
  readonly dtype: D
  readonly shape: readonly number[]
  /** Path of the file that holds it. */
  readonly file: string
  /** From the start of the file, in bytes. */
  readonly byteOffset: number
  readonly byteLength: number
}

/** Bytes of one value, by the types that are taken. */
type ElementSizes<D extends string> = Readonly<Record<D, number>>

const count = z.number().int().nonnegative()
const headerSchema = z.record(z.string(), z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) }))

/**
 * The tensors of one safetensors file, in file order, if they all are of `sizes`' types.
 * Fails with CheckpointError when the file is cut short, its header is absurd, or offsets overlap, leave gaps or disagree with shapes.
 */
export async function readSafetensorsHeader<D extends string = Dtype>(file: string, sizes?: ElementSizes<D>): Promise<TensorEntry<D>[]> {
  const other = await otherFormatOfFile(file)
  if (other) throw new CheckpointError(`${file} ${other.what}`, other.hint)
  await using handle = await openForReading(file)
  const entry = await handle.stat()
  if (!entry.isFile()) throw damaged(file, 'it is not a file')
  const { size } = entry
  const prefix = Buffer.alloc(8)
  const { bytesRead } = await handle.read(prefix, 0, 8, 0)
  if (bytesRead < 8) throw damaged(file, `it has ${size} bytes, fewer than the 8 of a header length`)
  const headerBytes = prefix.readBigUInt64LE()
  if (headerBytes > BigInt(MAX_HEADER_BYTES)) throw damaged(file, `its header claims ${headerBytes} bytes`)
  const dataStart = 8 + Number(headerBytes)
  if (dataStart > size) throw damaged(file, `its header of ${headerBytes} bytes goes past the end at ${size}`)
  const text = Buffer.alloc(Number(headerBytes))
  await handle.read(text, 0, text.length, 8)
  return parseHeader(file, text.toString('utf8'), dataStart, size, sizes)
}

/** Checks a header's text against the length of its file; pure. */
export function parseHeader<D extends string = Dtype>(
  file: string,
  text: string,
  dataStart: number,
  fileBytes: number,
  sizes = BYTES_PER_VALUE as unknown as ElementSizes<D>,
): TensorEntry<D>[] {
  const entries = Object.entries(parseEntries(file, text)).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      if (!isAmong(dtype, sizes))
        throw damaged(file, `tensor ${name} has dtype ${dtype}`, `Supported: ${Object.keys(sizes).join(', ')}.${isPackedType(dtype) ? PACKED_HINT : ''}`)
      const byteLength = shape.reduce((product, extent) => product * extent, sizes[dtype])
      if (end - begin !== byteLength)
        throw damaged(file, `tensor ${name} of shape [${shape.join(', ')}] takes ${byteLength} bytes, its offsets give ${end - begin}`)
      return { name, dtype, shape, file, byteOffset: dataStart + begin, byteLength }
    },
  )
  entries.sort((a, b) => a.byteOffset - b.byteOffset)
  let position = dataStart
  for (const entry of entries) {
    if (entry.byteOffset !== position)
      throw damaged(file, `tensor ${entry.name} begins at byte ${entry.byteOffset}, expected ${position}: offsets overlap or leave a gap`)
    position += entry.byteLength
  }
  if (position !== fileBytes) throw damaged(file, `its tensors end at byte ${position}, the file at ${fileBytes}`)
  return entries
}

function parseEntries(file: string, text: string): z.infer<typeof headerSchema> {
  let parsed: unknown
  try {
    parsed = parseJson(text)
  } catch (cause) {
    throw damaged(file, 'its header is not JSON', undefined, cause)
  }
  if (typeof parsed === 'object' && parsed !== null) delete (parsed as Record<string, unknown>)['__metadata__']
  const checked = headerSchema.safeParse(parsed)
  if (!checked.success) throw damaged(file, `its header is malformed: ${z.prettifyError(checked.error)}`)
  return checked.data
}

/** Types that quantizing tools store. */
function isPackedType(dtype: string): boolean {
  return /^(?:[UI]\d+|F8_|F4|F6_)/u.test(dtype)
}

const PACKED_HINT = ' Quantized weights are read if config.json has their quantization_config.'

function isAmong<D extends string>(dtype: string, sizes: ElementSizes<D>): dtype is D {
  return Object.hasOwn(sizes, dtype)
}

async function openForReading(file: string) {
  try {
    return await open(file)
  } catch (cause) {
    throw new CheckpointError(`cannot read ${file}`, 'Check the path and its permissions.', { cause })
  }
}

function damaged(file: string, what: string, hint = 'Download or copy the file again.', cause?: unknown): CheckpointError {
  return new CheckpointError(`${file} is not a usable safetensors file: ${what}`, hint, { cause })
}
