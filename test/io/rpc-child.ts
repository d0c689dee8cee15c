/** A child process for child-rpc.test.ts. */
import { serveCalls } from '../../src/io/serve-calls.ts'

const methods = {
  async double(values: Float32Array): Promise<Float32Array> {
    return values.map((value) => 2 * value)
  },
  async fail(message: string): Promise<never> {
    throw new TypeError(message)
  },
  async exit(code: number): Promise<never> {
    process.exit(code)
  },
  async hang(_nothing: null): Promise<never> {
    for (;;);
  },
}

export type TestMethods = typeof methods

serveCalls<TestMethods>(methods)
