/** The quantized checkpoints that unpack-matrix.test.ts leaves out, against transformers over the unpacked weights. */
import { expect, test } from 'vitest'
import { CHECKPOINTS, IN_FAST_SUITE, missesOf } from './quantized-checkpoints.ts'

test.each(CHECKPOINTS.filter((name) => !IN_FAST_SUITE.includes(name)))('%s gives the log-likelihoods of transformers', async (name) => {
  expect(await missesOf(name)).toEqual([])
})
