/** A child process for child-rpc.test.ts, over the built files: Node 20 reads TypeScript only with a loader, which takes a second of processor time. */
import { serveCalls } from '../../dist/src/io/serve-calls.js'

serveCalls({
  double: async (values) => values.map((value) => 2 * value),
  async fail(message) {
    throw new TypeError(message)
  },
  exit: async (code) => process.exit(code),
  async hang() {
    for (;;);
  },
})
