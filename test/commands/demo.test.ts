/** The demo as a user runs it, compared item by item with the committed baseline: any score that changes anywhere in the pipeline is caught here. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Comparison } from '../../src/compare/comparison.ts'
import { evalharness, type Ended } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const BASELINES = path.resolve('results/baselines')
const FORMS = ['piqa', 'boolq', 'hellaswag', 'mmlu', 'wikitext']
const ACCURACIES = { valley_piqa: ['acc', 'acc_norm'], valley_boolq: ['acc'], valley_hellaswag: ['acc', 'acc_norm'], valley_mmlu: ['acc'] }

const folder = temporaryFolder()
const output = path.join(folder, 'demo')
let demo: Ended

describe('the demo', { tags: ['slow'] }, () => {
  beforeAll(async () => {
    demo = await evalharness('demo', '--output', output)
  }, 120_000)

  type Results = Readonly<Record<string, Readonly<Record<string, number | string>>>>

  const resultsIn = (run: string): Results => {
    const file = readdirSync(run).find((name) => name.startsWith('results_'))!
    return (JSON.parse(readFileSync(path.join(run, file), 'utf8')) as { results: Results }).results
  }

  test('it ends well, tells each command, and says what was written', () => {
    expect({ code: demo.code, err: demo.err }).toMatchObject({ code: 0 })
    const commands = demo.out.split('\n').filter((line) => line.startsWith('$ evalharness '))
    expect(commands.map((line) => line.split(' ')[2])).toEqual(['prune', 'layermap', 'run', 'card', 'card', 'report', 'gate'])
    for (const name of ['laco/model.safetensors', 'laco/README.md', 'report.html', 'demo.json']) expect(existsSync(path.join(output, name)), name).toBe(true)
    expect(demo.out).toMatch(/\d+ s, at most \d+ MiB of memory/u)
  })

  test('no line of the story is wider than 110 characters but those of tables, notes and findings', () => {
    // The system's temporary directory may have a name of any length.
    const lines = demo.out.replaceAll(folder, '/tmp/folder').split('\n')
    const wide = lines.filter((line) => line.length > 110 && !/^[┌│├└]|^note: |^laco, average|^[·⚠]/u.test(line))
    expect(wide).toEqual([])
  })

  describe('against the baseline', () => {
    test.each(['original', 'laco'])('no item of %s flips, and no perplexity changes', async (label) => {
      const [baseline, now] = [path.join(BASELINES, `valley-${label}`), path.join(output, 'results', label)]
      const { code, out, err } = await evalharness('compare', baseline, now, '--all-metrics', '--subsets', '--json')
      expect({ code, err }).toMatchObject({ code: 0 })
      const { accuracies, perplexities } = JSON.parse(out) as Comparison
      const metrics = Object.entries(ACCURACIES).flatMap(([task, names]) => names.map((metric) => `${task} ${metric}`))
      expect(accuracies.map(({ task, metric }) => `${task} ${metric}`)).toEqual(expect.arrayContaining(metrics))
      for (const { task, metric, cells } of accuracies) expect([task, metric, cells[0]!.flips]).toEqual([task, metric, { lost: 0, gained: 0 }])
      expect(perplexities.length).toBeGreaterThan(0)
      for (const { metric, cells } of perplexities) expect(Math.abs(cells[0]!.ratio - 1), metric).toBeLessThan(1e-5)
    })

    test.each(['original', 'laco'])('every accuracy of %s is the same number, every perplexity within 1e-6 of it', (label) => {
      const [before, now] = [resultsIn(path.join(BASELINES, `valley-${label}`)), resultsIn(path.join(output, 'results', label))]
      expect(Object.keys(now)).toEqual(Object.keys(before))
      for (const [task, scores] of Object.entries(before))
        for (const [metric, value] of Object.entries(scores)) {
          if (metric.startsWith('acc')) expect(now[task]![metric], `${task} ${metric}`).toBe(value)
          // A logarithm: its difference is what the ratio is of a perplexity.
          else if (metric.startsWith('bits_per_byte,')) expect(Number(now[task]![metric]) - Number(value), `${task} ${metric}`).toBeCloseTo(0, 6)
          else if (typeof value === 'number') expect(Number(now[task]![metric]) / value, `${task} ${metric}`).toBeCloseTo(1, 6)
        }
    })
  })

  describe('the purpose of the built-in model', () => {
    test('the original is far above chance on every form', () => {
      const results = resultsIn(path.join(output, 'results/original'))
      const accuracy = (task: string) => Number(results[task]!['acc,none'])
      for (const task of ['valley_piqa', 'valley_boolq', 'valley_hellaswag']) expect(accuracy(task), task).toBeGreaterThanOrEqual(0.85)
      expect(accuracy('valley_mmlu')).toBeGreaterThanOrEqual(0.7)
    })

    test('pruning takes much of one form and little of another', () => {
      const [original, laco] = ['original', 'laco'].map((label) => resultsIn(path.join(output, 'results', label)))
      const retentions = Object.keys(ACCURACIES).map((task) => Number(laco![task]!['acc,none']) / Number(original![task]!['acc,none']))
      expect(Math.max(...retentions)).toBeGreaterThan(0.9)
      expect(Math.min(...retentions)).toBeLessThan(0.75)
    })

    test('the pruned model has a lower log-likelihood on every page', () => {
      const [original, laco] = ['original', 'laco'].map((label) =>
        Number(resultsIn(path.join(output, 'results', label))['valley_wikitext']!['word_perplexity,none']),
      )
      expect(laco! / original!).toBeGreaterThan(1.15)
    })

    test('each task has 60 to 200 items', () => {
      for (const form of FORMS) {
        const label = path.join(output, 'results/original')
        const files = readdirSync(label).filter((name) => name.startsWith(`samples_valley_${form}`))
        const rows = files.flatMap((name) => readFileSync(path.join(label, name), 'utf8').trim().split('\n'))
        expect(rows.length, form).toBeGreaterThanOrEqual(60)
        expect(rows.length, form).toBeLessThanOrEqual(200)
      }
    })
  })

  test('a second demo replaces the first; a folder that the demo did not write stays unchanged', async () => {
    const other = temporaryFolder()
    writeFileSync(path.join(other, 'thesis.tex'), 'mine')
    const { code, err } = await evalharness('demo', '-o', other)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is not an earlier demo’s') })
    expect(readdirSync(other)).toEqual(['thesis.tex'])
  })
})
