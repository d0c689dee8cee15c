/** `cache ls`: what tells two entries of one model apart. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { GRAPH_VERSION } from '../../src/engine/onnx/onnx-engine.ts'
import { makeFolder } from '../../src/io/make-folder.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const ENGINE = JSON.stringify({ graph: GRAPH_VERSION, provider: 'cpu', dtype: 'float32', versions: { onnxruntime: '1.30.0' } })

async function cacheWith(...descriptions: readonly object[]): Promise<string> {
  const cache = temporaryFolder()
  await makeFolder(path.join(cache, 'answers'))
  for (const [index, description] of descriptions.entries())
    writeFileSync(path.join(cache, 'answers', `${String(index).padStart(32, '0')}.json`), JSON.stringify(description))
  return cache
}

test('an entry has its settings, what computed it and the hash of its weights', async () => {
  const one = { model: 'm', source: './model', engine: ENGINE, weights: '0123456789abcdef' }
  const cache = await cacheWith(one, { ...one, given: ['quantize=nf4'] })
  const { code, out } = await evalharness('cache', 'ls', '--cache', cache)
  expect(code).toBe(0)
  expect(out).toContain('│ cpu, float32, onnxruntime 1.30.0 │ 01234567 │')
  expect(out).toMatch(/│ \.\/model +│/u)
  expect(out).toContain('│ ./model,quantize=nf4 │')
  const { models } = JSON.parse((await evalharness('cache', 'ls', '--cache', cache, '--json')).out)
  expect(models.map(({ description }: { description: { given: string[] } }) => description.given)).toEqual(expect.arrayContaining([[], ['quantize=nf4']]))
})

test('a table that is too wide for 120 columns is wrapped', async () => {
  const given = ['quantize=nf4', 'block=32', 'adapter=./adapters/of/another/folder']
  const { out } = await evalharness('cache', 'ls', '--cache', await cacheWith({ model: 'm', source: './model', engine: ENGINE, weights: 'ab', given }))
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  expect(out).toMatch(/onnxruntime +│ ab /u)
})

test('an entry without a readable description has a dash', async () => {
  const { out } = await evalharness('cache', 'ls', '--cache', await cacheWith({}))
  expect(out).toMatch(/│ 00000000 │ – +│ – +│ – +│ +0 │/u)
})

test('an entry that another version computed is marked', async () => {
  const engine = JSON.stringify({ graph: GRAPH_VERSION - 1, provider: 'cpu', dtype: 'float32', versions: {} })
  const { out, err } = await evalharness('cache', 'ls', '--cache', await cacheWith({ model: 'm', source: 'm', engine, weights: 'ab' }))
  expect(out).toContain('│ cpu, float32, unused │')
  expect(err).toMatch(/^unused: computed by another version of evalharness/u)
})
