/** docs/gate.md names only options that the commands have; docs/cli.md is generated from the tables of options. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const page = (name: string) => readFileSync(path.join(import.meta.dirname, '../../docs', name), 'utf8')

test('every option that docs/gate.md names is an option of run, gate or gate bless', () => {
  const sections = page('cli.md').split(/^## /mu)
  const options = sections.filter((section) => /^evalharness (?:run|gate)\b/u.test(section)).join('\n')
  expect(options).toContain('--policy')
  for (const [option] of page('gate.md').matchAll(/--[a-z][a-z-]+/gu)) expect(options).toContain(option)
})
