/** docs/families.md: what it lists is what the tests score. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { FAMILIES } from '../../src/model/families/families.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const CHECKPOINTS = path.join(ROOT, 'test/checkpoints')

const VARIANTS = path.join(ROOT, 'test/model/families/variants')

/** `model_type`, checkpoints, and those with quantized, adapted and merged forms of each row. */
const rows = [...readFileSync(path.join(ROOT, 'docs/families.md'), 'utf8').matchAll(/^\| `((?!model_type)\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gmu)].map(
  ([, type, names, variants]) => [type!, names!.split(', '), variants!.split(', ')] as const,
)

test('every family has a row', () => {
  expect(rows.map(([type]) => type).sort()).toEqual(FAMILIES.map(({ modelType }) => modelType).sort())
})

test('every checkpoint is in the row of its family, and each family has two', () => {
  const listed = rows.flatMap(([type, names]) => names.map((name) => `${type} ${name}`))
  const stored = readdirSync(CHECKPOINTS).map((name) => {
    const { model_type: type } = JSON.parse(readFileSync(path.join(CHECKPOINTS, name, 'config.json'), 'utf8')) as { model_type: string }
    return `${type} ${name}`
  })
  expect(listed.sort()).toEqual(stored.sort())
  for (const [type, names] of rows) expect(names.length, type).toBeGreaterThanOrEqual(2)
})

test('every family has a checkpoint whose quantized, adapted and merged forms are compared, and the table lists all of them', () => {
  expect(rows.flatMap(([, , variants]) => variants).sort()).toEqual(readdirSync(VARIANTS).sort())
  for (const [type, names, variants] of rows) expect(names, type).toEqual(expect.arrayContaining([...variants]))
})
