/** The examples of docs/extending.md work: they are written to a folder, and the tests among them run. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(ROOT, 'docs/extending.md'), 'utf8')

/** Code blocks whose first line is a comment with their path in the repository. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([...PAGE.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gmu)].map(([, file, code]) => [file!, code!]))
const TESTS = [...EXAMPLES.keys()].filter((file) => file.endsWith('.test.ts'))

const folder = temporaryFolder()
symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
for (const [file, code] of EXAMPLES) {
  const copy = path.join(folder, file)
  mkdirSync(path.dirname(copy), { recursive: true })
  writeFileSync(copy, withAbsoluteImports(code, file))
}

/** Imports of other examples lead to their copies, other relative imports to the repository. */
function withAbsoluteImports(code: string, file: string): string {
  return code.replaceAll(/(?<=from ')\.{1,2}\/[^']+/gu, (specifier) => {
    const target = path.posix.join(path.posix.dirname(file), specifier)
    return path.join(EXAMPLES.has(target) ? folder : ROOT, target)
  })
}

test('the page has a test for each example', () => {
  expect(TESTS.length).toBeGreaterThan(0)
  expect([...EXAMPLES.keys()].filter((file) => !file.endsWith('.test.ts'))).toHaveLength(TESTS.length)
})

test('the lists that examples are added to exist', () => {
  const lists = [...PAGE.matchAll(/`([A-Z_]+)` in\s+`(src\/[\w./-]+)`/gu)].map(([, name, file]) => [name!, file!] as const)
  expect(lists.length).toBeGreaterThan(0)
  for (const [name, file] of lists) {
    expect(existsSync(path.join(ROOT, file)), file).toBe(true)
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(`const ${name}`)
  }
})

describe.each(TESTS)('%s', async (file) => {
  await import(path.join(folder, file))
})
