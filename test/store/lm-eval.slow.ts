/** lm-eval itself: its files read as a run, and ours read by it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pythonWith } from '../../scripts/reference.ts'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { evalharness } from '../program.ts'
import { attempt } from '../reference.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const python = attempt(() => pythonWith('torch==2.13.0', 'transformers==5.23.0', 'accelerate', 'lm_eval==0.4.13'))

/** PIQA as lm-eval defines it, over local rows. */
const TASK = (rows: string) => `task: piqa
dataset_path: json
dataset_kwargs: { data_files: { validation: ${rows} } }
output_type: multiple_choice
validation_split: validation
test_split: null
doc_to_text: "Question: {{goal}}\\nAnswer:"
doc_to_target: label
doc_to_choice: "{{[sol1, sol2]}}"
metric_list:
  - { metric: acc, aggregation: mean, higher_is_better: true }
  - { metric: acc_norm, aggregation: mean, higher_is_better: true }
metadata: { version: 1.0 }
`

describe.skipIf(python.missing)(`lm-eval 0.4.13${python.missing ? ` (skipped: ${python.missing})` : ''}`, () => {
  const folder = temporaryFolder()
  const rows = writeRows(folder, 'piqa.jsonl', piqaRows(40))
  const model = tinyModel('qwen3')
  const run = (...args: readonly string[]) =>
    execFileSync(python.value!, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: path.join(folder, 'home') },
    })

  test('its run and ours on the same items are the same, item by item', async () => {
    mkdirSync(path.join(folder, 'tasks'))
    writeFileSync(path.join(folder, 'tasks/piqa.yaml'), TASK(rows))
    const options = [
      '--tasks',
      'piqa',
      '--include_path',
      path.join(folder, 'tasks'),
      '--batch_size',
      '8',
      '--device',
      'cpu',
      '--log_samples',
      '--output_path',
      path.join(folder, 'lm-eval'),
    ]
    run('-m', 'lm_eval', 'run', '--model', 'hf', '--model_args', `pretrained=${model},dtype=float32`, ...options)
    expect(await evalharness('run', '-m', `ours=${model}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', path.join(folder, 'ours'))).toMatchObject({ code: 0 })
    const [theirs, ours] = [await readStoredRun(path.join(folder, 'lm-eval')), await readStoredRun(path.join(folder, 'ours'))]
    expect(theirs.tool).toMatch(/^lm-eval/u)
    const { accuracies } = compareRuns(theirs, [ours], { allMetrics: true })
    expect(accuracies.map(({ metric, itemCount, cells }) => [metric, itemCount, cells[0]!.difference, cells[0]!.flips])).toEqual([
      ['acc', 40, 0, { lost: 0, gained: 0 }],
      ['acc_norm', 40, 0, { lost: 0, gained: 0 }],
    ])
    const items = theirs.tasks[0]!.items!
    items.forEach((item, index) => {
      const other = ours.tasks[0]!.items![index]!
      expect(item.requests.map(({ context, continuation }) => [context, continuation])).toEqual(
        other.requests.map(({ context, continuation }) => [context, continuation]),
      )
      item.requests.forEach(({ logProb }, request) => expect(Math.abs(logProb - other.requests[request]!.logProb)).toBeLessThan(1e-3))
    })
  })

  test('its own table prints our results', () => {
    const results = path.join(
      folder,
      'ours/ours',
      readdirSync(path.join(folder, 'ours/ours')).find((name) => name.startsWith('results'))!,
    )
    const table = run('-c', `import json; from lm_eval.utils import make_table; print(make_table(json.load(open(${JSON.stringify(results)}))))`)
    expect(table).toMatch(/\|piqa\s*\|\s*1\|none\s*\|\s*0\|acc\s*\|↑\s*\|\s*0\.\d+\|±\s*\|0\.\d+\|/u)
  })
})
