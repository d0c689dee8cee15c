/** Inputs are rounded as compressed-tensors rounds them, bit for bit (scripts/make-compressed-goldens.py --inputs). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { roundInput } from '../../../src/graph/blocks/round-input.ts'
import { graphBuilder } from '../../../src/graph/builder.ts'
import { inputRoundingOf } from '../../../src/model/config/input-rounding.ts'

interface Golden {
  readonly shape: readonly [number, number]
  readonly values: readonly number[]
  readonly cases: readonly {
    readonly arguments: Parameters<typeof inputRoundingOf>[0]
    readonly scale?: number
    readonly zeroPoint?: number
    readonly rounded: readonly number[]
  }[]
}

const { shape, values, cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'round-input.golden.json'), 'utf8')) as Golden

const session = startSessionProcess()
afterAll(() => session.end())

test.each(cases)('$arguments', async ({ arguments: args, scale = 1, zeroPoint = 0, rounded }) => {
  const form = inputRoundingOf({ ...args, symmetric: args.symmetric ?? true }, (what) => new Error(what) as never)
  const g = graphBuilder()
  g.output(roundInput(g, form.kind === 'static' ? { ...form, scale, zeroPoint } : form, 'input'), 'output')
  const value = (name: string) => ({ name, type: 'float', shape: ['N', shape[1]] }) as const
  await session.load(g.finish('rounding', [value('input')], [value('output')]), { root: '/', isOptimized: true })
  const { output } = await session.run({ input: { type: 'float32', values: Float32Array.from(values), shape } })
  expect(Array.from(output as Float32Array, (one) => one + 0)).toEqual(rounded.map((one) => one + 0))
})
