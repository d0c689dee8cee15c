/** lm-eval's own YAML tasks, at least one of each folder that has one without Python functions, over made-up rows: scripts/make-yaml-goldens.py. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pythonWith } from '../../../scripts/reference.ts'
import { HarnessError } from '../../../src/errors.ts'
import { buildTask } from '../../../src/task/lm-eval/build-task.ts'
import { readTaskYaml } from '../../../src/task/lm-eval/yaml-file.ts'
import { attempt } from '../../reference.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { caseOf, comparable, rounded, type GoldenCase, type GoldenSplits } from './yaml-golden.ts'

interface OwnTask {
  readonly file: string
  readonly task: string
  readonly splits: GoldenSplits
  readonly cases: readonly GoldenCase[]
}

interface OwnTasks {
  readonly tasks: readonly OwnTask[]
  readonly left_out: readonly { readonly file: string; readonly reason: string }[]
}

const python = attempt(() => pythonWith('torch==2.13.0', 'transformers==5.23.0', 'lm_eval==0.4.13', 'scikit-learn'))

function own(): OwnTasks & { readonly folder: string } {
  const file = path.join(temporaryFolder(), 'own.json')
  execFileSync(python.value!, ['scripts/make-yaml-goldens.py', '--own-tasks', file], { stdio: 'ignore' })
  const folder = execFileSync(python.value!, ['-c', 'import pathlib, lm_eval; print(pathlib.Path(lm_eval.__file__).parent / "tasks")'], { encoding: 'utf8' })
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as OwnTasks), folder: folder.trim() }
}

async function load({ file, task: name }: OwnTask, folder: string) {
  const full = path.join(folder, file)
  return buildTask({ name, fields: await readTaskYaml(full, folder), folder: path.dirname(full), functions: new Map() })
}

describe.skipIf(python.missing !== undefined)(`lm-eval's tasks${python.missing === undefined ? '' : ` (skipped: ${python.missing})`}`, () => {
  test('requests, targets, hashes, metrics and scores are equal, or the task is refused', async () => {
    const { tasks, left_out: leftOut, folder } = own()
    const refused: string[] = []
    for (const each of tasks) {
      try {
        const task = await load(each, folder)
        for (const golden of each.cases)
          expect(rounded(await caseOf(task, each.splits, golden.shots)), `${each.file}, ${golden.shots} shots`).toEqual(rounded(comparable(golden)))
      } catch (error) {
        if (!(error instanceof HarnessError)) throw error
        refused.push(each.file)
      }
    }
    expect(refused).toEqual([])
    expect(leftOut).toEqual([])
    expect(tasks).toHaveLength(79)
  })
})
