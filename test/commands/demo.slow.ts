/** The built-in tasks and model, scored by lm-eval itself: the committed baseline holds its numbers. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pythonWith } from '../../scripts/reference.ts'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { attempt } from '../reference.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const python = attempt(() => pythonWith('torch==2.13.0', 'transformers==5.23.0', 'accelerate', 'lm_eval==0.4.13'))

describe.skipIf(python.missing)(`lm-eval 0.4.13 on the built-in tasks${python.missing ? ` (skipped: ${python.missing})` : ''}`, () => {
  test('every item of the baseline is as it scores it', async () => {
    const folder = temporaryFolder()
    execFileSync(python.value!, ['scripts/score-demo-with-lm-eval.py', 'demo/model', folder], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: path.join(folder, 'home') },
    })
    const [theirs, ours] = [await readStoredRun(`theirs=${folder}`), await readStoredRun('results/baselines/valley-original')]
    expect(theirs.tool).toMatch(/^lm-eval/u)
    const { accuracies, perplexities } = compareRuns(theirs, [ours], { allMetrics: true, subsets: true })
    expect(accuracies).toHaveLength(11)
    for (const { task, metric, cells } of accuracies)
      expect([task, metric, cells[0]!.difference, cells[0]!.flips], task).toEqual([task, metric, 0, { lost: 0, gained: 0 }])
    expect(perplexities).toHaveLength(3)
    for (const { metric, cells } of perplexities) expect(cells[0]!.ratio, metric).toBeCloseTo(1, 5)
  })
})
