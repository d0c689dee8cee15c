/** The stored tensors that a packed matrix consists of, by name. */
import { CheckpointError } from '../../errors.ts'
import type { StoredDtype } from './safetensors.ts'
import type { StoredTensor } from './stored-tensor.ts'

/** Returns a function that finds `name` + suffix, of one of the types and of the shape. It fails with CheckpointError. */
export function parts(name: string, stored: ReadonlyMap<string, StoredTensor>) {
  return <D extends StoredDtype>(suffix: string, dtypes: readonly D[], shape: readonly number[]): StoredTensor<D> => {
    const tensor = stored.get(name + suffix)
    if (!tensor) throw new CheckpointError(`tensor ${name}${suffix} is missing`, 'The weights are incomplete; download or copy the checkpoint again.')
    const { dtype } = tensor
    if (!dtypes.includes(dtype as D)) throw disagreeing(name + suffix, `has dtype ${dtype}, expected ${dtypes.join(' or ')}`)
    if (tensor.shape.join() !== shape.join()) throw disagreeing(name + suffix, `has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`)
    return tensor as StoredTensor<D>
  }
}

/** A part of a matrix is not what config.json calls for. */
export function disagreeing(name: string, what: string): CheckpointError {
  return new CheckpointError(`tensor ${name} ${what}`, 'config.json and weights belong to different models, or another tool wrote them.')
}
