/** Targets that do what the fuzzer is to find, one each. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { StoreError } from '../../src/errors.ts'
import type { FuzzTarget } from '../../scripts/fuzz/target.ts'

const seeds = [{ 'a.json': Buffer.from('{"a": 1}') }]
const target = (name: string, read: FuzzTarget['read']): FuzzTarget => ({ name, seeds, share: 1, read })

/** By the names of their faults. */
export function fuzzTargets(): FuzzTarget[] {
  return [
    target('crash', async () => JSON.parse('{') as never),
    target('hang', async () => {
      for (;;);
    }),
    target('heap', async () => {
      const all: number[][] = []
      for (;;) all.push(Array.from({ length: 1e6 }, () => Math.random()))
    }),
    target('buffers', async () => void Buffer.alloc(2 ** 30 + 2 ** 24, 1)),
    target('outside', async (folder) => void (await readFile(path.join(folder, '../outside.safetensors')))),
    target('outside-sync', async (folder) => void readFileSync(path.join(folder, '..', 'outside.safetensors'))),
    target('prototype', async () => void Object.assign(Object.prototype, { polluted: true })),
    target('exit', async () => process.exit(0)),
    target('later', async () => {
      setTimeout(() => {
        throw new Error('later')
      }, 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }),
    target('mute', async () => {
      throw new StoreError('', 'a hint')
    }),
    target('good', async () => {}),
    target('refusing', async () => {
      throw new StoreError('no', 'a hint')
    }),
  ]
}
