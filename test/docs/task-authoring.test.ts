/** The task that docs/task-authoring.md writes in three forms asks the same in each. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Task } from '../../src/task/define-task.ts'
import { loadYamlFile } from '../../src/task/lm-eval/load-yaml-tasks.ts'
import { caseOf } from '../task/lm-eval/yaml-golden.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(ROOT, 'docs/task-authoring.md'), 'utf8')
const row = (index: number) => ({ question: ` Is ${index} – even? `, answers: [`yes, ${index} is`, 'no', 'né'].slice(0, 2 + (index % 2)), label: index % 2 })
const SPLITS = { test: [1, 2, 3, 4].map(row), train: [11, 12, 13].map(row) }

/** What of the package the task uses; all of it takes seconds to load. */
const PACKAGE = path.join(temporaryFolder(), 'evalharness.js')
const exported = { defineTask: 'src/task/define-task.ts', z: 'node_modules/zod/index.js' }
writeFileSync(
  PACKAGE,
  Object.entries(exported)
    .map(([name, file]) => `export { ${name} } from '${path.join(ROOT, file)}'\n`)
    .join(''),
)

/** The code block that begins with the name of its file, as a file. */
function fileOf(name: string): string {
  const [, code] = new RegExp(`^\`\`\`\\w+\n(?://|#) ${name.replace('.', String.raw`\.`)}\n([^]*?)^\`\`\`$`, 'mu').exec(PAGE)!
  const file = path.join(temporaryFolder(), name)
  writeFileSync(file, code!.replace("'evalharness'", `'${PACKAGE}'`))
  return file
}

const moduleOf = async (name: string) => ((await import(fileOf(name))) as { readonly default: Task }).default

test.each([0, 2])('JavaScript, TypeScript and YAML have the same requests, hashes and scores with %i examples', async (shots) => {
  const [javaScript, typeScript, yaml] = await Promise.all([moduleOf('mine.js'), moduleOf('mine.ts'), loadYamlFile(fileOf('mine.yaml'))])
  const expected = await caseOf(yaml, SPLITS, shots)
  expect(expected.items[0]!.requests[0]![0]).toMatch(
    shots === 0 ? /^Question: Is 1 – even\?\nAnswer:$/u : /^Question: Is 1\d – even\?\nAnswer: \S[^]*Is 1 – even\?\nAnswer:$/u,
  )
  expect(await caseOf(javaScript, SPLITS, shots)).toEqual(expected)
  expect(await caseOf(typeScript, SPLITS, shots)).toEqual(expected)
})
