/** YAML tasks of different shapes beside lm-eval 0.4.13 over the same rows: scripts/make-yaml-goldens.py. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadYamlFile } from '../../../src/task/lm-eval/load-yaml-tasks.ts'
import { caseOf, comparable, rounded, type GoldenCase, type GoldenSplits } from './yaml-golden.ts'
import { yamlFolder } from './yaml-folder.ts'

const { tasks } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'yaml.golden.json'), 'utf8')) as {
  readonly tasks: readonly { readonly task: string; readonly yaml: string; readonly splits: GoldenSplits; readonly cases: readonly GoldenCase[] }[]
}

test.each(tasks.flatMap(({ cases, ...task }) => cases.map((golden) => ({ ...task, golden, shots: golden.shots }))))(
  '$task, $shots shots: requests, targets, hashes, metrics and scores are equal',
  async ({ task: name, yaml, splits, golden, shots }) => {
    const folder = yamlFolder({ 'task.yaml': `task: ${name}\ndataset_path: me/${name}\n${yaml}` })
    const task = await loadYamlFile(path.join(folder, 'task.yaml'))
    expect(rounded(await caseOf(task, splits, shots))).toEqual(rounded(comparable(golden)))
  },
)
