import { afterEach, expect, test } from 'vitest'
import { ChildEnded, ChildTimeout, RemoteError, startRpc, type ChildRpc } from '../../src/io/child-rpc.ts'

/** The functions of rpc-child.js. */
interface TestMethods {
  readonly double: (values: Float32Array) => Promise<Float32Array>
  readonly fail: (message: string) => Promise<never>
  readonly exit: (code: number) => Promise<never>
  readonly hang: (nothing: null) => Promise<never>
}

let rpc: ChildRpc<TestMethods>
const beside = new URL('rpc-child.js', import.meta.url).href
const start = () => (rpc = startRpc<TestMethods>({ module: 'rpc-child', beside, standardError: 'ignore' }))
afterEach(() => rpc.kill())

test('arguments and results cross as they are, call after call', async () => {
  start()
  expect(await rpc.call('double', Float32Array.of(1, 2))).toEqual(Float32Array.of(2, 4))
  expect(await rpc.call('double', new Float32Array(0))).toEqual(new Float32Array(0))
})

test('an error in a function rejects the call with its message, and the process goes on', async () => {
  start()
  await expect(rpc.call('fail', 'no such thing')).rejects.toThrow(new RemoteError('no such thing'))
  expect(await rpc.call('double', Float32Array.of(3))).toEqual(Float32Array.of(6))
})

test('the end of the process rejects the pending call and every later call with the exit reason', async () => {
  start()
  await expect(rpc.call('exit', 7)).rejects.toMatchObject({ code: 7, signal: null, how: 'exit code 7' })
  expect(rpc.isRunning()).toBe(false)
  await expect(rpc.call('double', Float32Array.of(1))).rejects.toThrow(ChildEnded)
})

test('killing the process ends the call that blocks it', async () => {
  start()
  await rpc.call('double', Float32Array.of(1))
  const hanging = rpc.call('hang', null)
  rpc.kill()
  await expect(hanging).rejects.toMatchObject({ signal: 'SIGKILL', how: 'SIGKILL' })
})

test('a call that takes too long is ended, with its process', async () => {
  start()
  await rpc.call('double', Float32Array.of(1))
  await expect(rpc.call('hang', null, 50)).rejects.toThrow(ChildTimeout)
  await expect(rpc.call('double', Float32Array.of(1))).rejects.toThrow(ChildEnded)
})
