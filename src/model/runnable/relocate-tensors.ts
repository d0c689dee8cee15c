/** Tensors of several folders below one root: onnxruntime takes the weights of a session from a single folder. */
import path from 'node:path'
import { StoreError } from '../../errors.ts'
import type { StoredTensor } from '../weights/stored-tensor.ts'

/** `value` with the location of every tensor in it, however deep, changed from a path below `from` to one below `to`. */
export function relocateTensors<T>(value: T, from: string, to: string): T {
  if (typeof value !== 'object' || value === null || from === to) return value
  if (isStoredTensor(value)) return { ...value, location: locationBelow(to, path.join(from, value.location)) }
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, relocateTensors(part, from, to)])) as T
  if (Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, relocateTensors(part, from, to)])) as T
}

/** Bytes of all tensors in a value, however deep. */
export function sumTensorBytes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (isStoredTensor(value)) return value.byteLength
  return Object.values(value).reduce<number>((sum, part) => sum + sumTensorBytes(part), 0)
}

/** Path of a file below `root`, with forward slashes. Fails with StoreError if both are on different drives. */
export function locationBelow(root: string, file: string): string {
  const location = path.relative(root, file)
  if (path.isAbsolute(location))
    throw new StoreError(`${file} and the model are on different drives, which onnxruntime cannot read together`, `Set TEMP to a folder on the model's drive.`)
  return location.split(path.sep).join('/')
}

function isStoredTensor(value: object): value is StoredTensor {
  return 'byteOffset' in value && 'location' in value
}
