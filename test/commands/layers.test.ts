/** `layers`, and `prune drop --layers auto`, as a user meets them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { deepModel } from '../deep-model.ts'
import { layerScan } from '../layer-scans.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, writeRows } from '../tiny-model.ts'

const model = deepModel({ layers: 3 })
const ON_PIQA = ['-t', 'piqa', '--data', `piqa=${writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(6))}`]

test('a table that fits, a record and a page with the heat map; by the record the least damaging layer goes', { tags: ['slow'] }, async () => {
  const output = temporaryFolder()
  const { code, out, err } = await evalharness('layers', `tiny=${await model}`, ...ON_PIQA, '-o', output)
  expect(code).toBe(0)
  expect(
    Math.max(
      ...out
        .split('\n')
        .slice(0, 9)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(120)
  expect(out).toMatch(/│ without\s+│ influence │ damage │\s+piqa │/u)
  expect(err).toContain('the model and 3 models without some of its layers: 6 layers instead of 9, in 2 passes\n')
  const [page, file] = readdirSync(path.join(output, 'tiny'))
    .sort()
    .map((name) => path.join(output, 'tiny', name))
  expect(readFileSync(page!, 'utf8')).toMatch(/<title>What the layers of tiny are worth<\/title>[\s\S]*<svg/u)

  const scan = JSON.parse(readFileSync(file!, 'utf8')) as { units: { first: number; damage: number; influence: number }[] }
  const auto = (...more: string[]) => evalharness('prune', 'drop', '-m', modelFolder, '--layers', 'auto', '--keep', '2', ...more)
  const modelFolder = await model
  const pruned = path.join(temporaryFolder(), 'pruned')
  const ended = await auto('--scan', file!, '-o', pruned)
  expect(ended.code).toBe(0)
  const least = scan.units.toSorted((a, b) => a.damage - b.damage || b.first - a.first)[0]!.first
  expect(JSON.parse(readFileSync(path.join(pruned, 'drop.json'), 'utf8'))).toMatchObject({
    dropped_layers: [least],
    selection: { by: 'damage', keep: 2, tasks: ['piqa'], scan: file },
  })
  expect(ended.out).toContain(`dropped: layers ${least}. They are those with the least damage on piqa, one at a time.`)
  expect((await auto('--scan', file!, '--dry-run')).out).toMatch(/│ layers\s+│\s+3 │\s+2 │/u)

  const other = await evalharness(
    'prune',
    'drop',
    '-m',
    await deepModel({ layers: 3, seed: 9 }),
    '--layers',
    'auto',
    '--keep',
    '2',
    '--scan',
    file!,
    '-o',
    `${pruned}-2`,
  )
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('the scan is of other weights than those of this model') })
  expect(existsSync(`${pruned}-2`)).toBe(false)
})

test('Block Influence is measured on the prompts when there is no record', async () => {
  const out = path.join(temporaryFolder(), 'pruned')
  const { code } = await evalharness('prune', 'drop', '-m', await model, '--layers', 'auto', '--keep', '1', '--by', 'influence', ...ON_PIQA, '-o', out)
  expect(code).toBe(0)
  const { dropped_layers: dropped, selection } = JSON.parse(readFileSync(path.join(out, 'drop.json'), 'utf8'))
  const byValue = selection.units.toSorted((a: { value: number }, b: { value: number }) => a.value - b.value)
  expect(dropped).toEqual([byValue[0].first, byValue[1].first].toSorted((a: number, b: number) => a - b))
  expect(readdirSync(path.dirname(out))).toEqual(['pruned'])
})

test('a dry run says how much work it is', async () => {
  const { code, out } = await evalharness('layers', await model, ...ON_PIQA, '--dry-run')
  expect(code).toBe(0)
  expect(out).toMatch(
    /^qwen3: 3 layers; 4 models: the whole one, and without 0, 1, 2\nlayers: 9 asked, 6 distinct, 6 planned \(67 %\) in 2 passes\npiqa: 12 requests · tokens: /u,
  )
})

test('what a scan could not change is refused before the scan, without a word of it', async () => {
  const [folder, full] = [await model, temporaryFolder()]
  writeFileSync(path.join(full, 'mine.txt'), '')
  const auto = ['prune', 'drop', '-m', folder, '--layers', 'auto', ...ON_PIQA]
  const out = path.join(temporaryFolder(), 'pruned')
  const refused: [string[], string][] = [
    [['--keep', '3', '-o', out], '--keep 3 drops nothing: the model has 3 layers\n  Give --keep 2 or less.'],
    [['--keep', '20', '--by', 'influence', '-o', out], '--keep 20 drops nothing: the model has 3 layers\n  Give --keep 2 or less.'],
    [['--keep', '2', '-o', full], `--out ${full} exists and is not empty\n  Give another folder, or --force to replace it.`],
    [['--keep', '2', '-o', folder, '--force'], `--out ${folder} holds the model to be pruned\n  Give another folder.`],
  ]
  for (const [args, message] of refused) expect(await evalharness(...auto, ...args)).toEqual({ code: 2, out: '', err: `evalharness: ${message}\n` })
  expect(readdirSync(path.dirname(out))).toEqual([])
})

test('a scan of a model with other layers is refused as such, whatever should stay', async () => {
  const file = path.join(temporaryFolder(), 'layers.json')
  writeFileSync(file, JSON.stringify(layerScan()))
  for (const [keep, ...more] of [['2'], ['1'], ['20'], ['2', '--dry-run']]) {
    const drop = ['prune', 'drop', '-m', await model, '--layers', 'auto', '--scan', file, '-o', path.join(temporaryFolder(), 'pruned')]
    const { code, err } = await evalharness(...drop, '--keep', keep!, ...more)
    expect({ code, err }).toEqual({
      code: 2,
      err: 'evalharness: the scanned model has 2 layers, this one has 3\n  Give the record of a scan of this model, or leave --scan out.\n',
    })
  }
})

test('a dry run shows the layers that would go by a record, and why', async () => {
  const [folder, file] = [await deepModel({ layers: 2 }), path.join(temporaryFolder(), 'layers.json')]
  writeFileSync(file, JSON.stringify(layerScan()))
  const drop = (...more: string[]) => evalharness('prune', 'drop', '-m', folder, '--layers', 'auto', '--scan', file, '--keep', '1', '--dry-run', ...more)
  expect((await drop()).out).toContain('would be dropped: layers 1. They are those with the least damage on ')
  expect(JSON.parse((await drop('--by', 'influence', '--json')).out)).toMatchObject({
    droppedLayers: [1],
    selection: { by: 'influence', keep: 1, scan: file, units: [{ value: 0.5 }, { value: 0.1 }] },
  })
  expect((await evalharness('prune', 'drop', '-m', folder, '--layers', 'auto', '--keep', '1', ...ON_PIQA, '--dry-run')).err).toBe(
    'evalharness: --layers auto has to measure before it can choose: the layers that would go are not known yet\n  Give --scan FILE, or leave --dry-run out.\n',
  )
})

test('what is said of the chosen layers names the tasks that counted, and how many layers were left out at a time', async () => {
  const [folder, scan, file] = [await model, layerScan(), path.join(temporaryFolder(), 'layers.json')]
  const [first, second] = scan.units
  const units = [
    { ...first, last: 1 },
    { ...second, first: 2, last: 2 },
  ]
  writeFileSync(file, JSON.stringify({ ...scan, model: { ...scan.model, layerCount: 3 }, units }))
  for (const [by, measure, tasks] of [
    ['damage', 'least damage on piqa', ['piqa']],
    ['influence', 'least Block Influence (arXiv 2403.03853) on prompts of piqa, wikitext', ['piqa', 'wikitext']],
  ] as const) {
    const out = path.join(temporaryFolder(), 'pruned')
    const ended = await evalharness('prune', 'drop', '-m', folder, '--layers', 'auto', '--scan', file, '--keep', '2', '--by', by, '-o', out)
    expect(ended.out).toContain(`dropped: layers 2. They are those with the ${measure}, up to 2 at a time.\n`)
    expect(readFileSync(path.join(out, 'README.md'), 'utf8').replaceAll('\n', ' ')).toContain(`They are those with the ${measure}, up to 2 at a time.`)
    expect(JSON.parse(readFileSync(path.join(out, 'drop.json'), 'utf8')).selection).toMatchObject({ tasks })
  }
})

test('wrong options are refused before anything is computed', async () => {
  const [folder, one, broken] = [await model, await deepModel({ layers: 1 }), path.join(temporaryFolder(), 'layers.json')]
  writeFileSync(broken, '{"kind":"layer-scan"}')
  const refused: [string[], string][] = [
    [['layers', folder, ...ON_PIQA, '--group', '3'], '--group 3 would leave out all 3 layers at once'],
    [['layers', folder, ...ON_PIQA, '--group', '0'], '--group 0 is not a whole number from 1'],
    [['layers', folder, ...ON_PIQA, '--layers', '2-3'], '--layers names layer 3, the model has layers 0 to 2'],
    [['layers', one, ...ON_PIQA], 'the model has one layer, which cannot be left out'],
    [['layers', folder], 'no tasks given'],
    [['layers', `${folder},quantize=nf4`, ...ON_PIQA], 'gives quantize, but a scan reads weights as they are stored'],
    [['prune', 'drop', '-m', folder, '-o', 'x', '--layers', 'auto'], '--layers auto needs --keep'],
    [['prune', 'drop', '-m', folder, '-o', 'x', '--layers', 'auto', '--keep', '2'], '--layers auto needs a scan, or tasks to measure on'],
    [['prune', 'drop', '-m', folder, '-o', 'x', '--layers', 'auto', '--keep', '2', '--scan', broken], `${broken} is not the record of a layer scan`],
    [['prune', 'drop', '-m', folder, '-o', 'x', '--layers', '1', '--keep', '2'], '--keep has no effect on layers that are given'],
    ...[['-t', 'piqa'], ['-L', '3'], ['--group', '2'], ['--threads', '2'], ['--no-cache']].map((unused): [string[], string] => [
      ['prune', 'drop', '-m', folder, '-o', 'x', '--layers', 'auto', '--keep', '2', '--scan', 'scan.json', ...unused],
      ' has no effect on layers that a scan chooses\n  Leave it out, or leave --scan out to measure now.',
    ]),
    [['prune', 'drop', '-m', folder, '--layers', 'auto', '--keep', '2', '-t', 'piqa', '--dry-run'], '--layers auto has to measure before it can choose'],
  ]
  for (const [args, message] of refused) {
    const { code, err } = await evalharness(...args, ...(args[0] === 'layers' ? ['-o', temporaryFolder()] : []))
    expect({ args, code, err }).toEqual({ args, code: 2, err: expect.stringContaining(message) })
  }
})
