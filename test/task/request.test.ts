import { expect, test } from 'vitest'
import { isSchema } from '../../src/task/request.ts'

const requests = (...pairs: readonly (readonly [context: string, continuation: string])[]) =>
  pairs.map(([context, continuation]) => ({ context, continuation }))

test.each([
  ['several contexts before one continuation', requests(['made by Ada', ' for two'], ['made by Max', ' for two']), true],
  ['one context before several choices', requests(['Q:', ' a'], ['Q:', ' b']), false],
  ['equal choices, asked again without their context', requests(['Q:', ' a'], ['Q:', ' a'], ['', ' a'], ['', ' a']), false],
  ['other contexts before other continuations', requests(['Q:', ' a'], ['R:', ' b']), false],
  ['one request', requests(['Q:', ' a']), false],
  ['no request', [], false],
])('%s', (_, given, expected) => expect(isSchema(given)).toBe(expected))
