/** `prune` and `layermap` as a user meets them. */
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseLayers } from '../../src/prune/parse-layers.ts'
import { deepModel } from '../deep-model.ts'
import { evalharness, start } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const model = deepModel({ layers: 8 })
const outputFolder = () => path.join(temporaryFolder(), 'pruned')
const SETTINGS = ['--lowest-layer', '1', '--highest-layer', '7', '--max-compression', '0.5', '--threshold', '-1']

test('prune laco tells each decision on standard error and the sizes on standard output; layermap reads it back', { tags: ['slow'] }, async () => {
  const [folder, out] = [await model, outputFolder()]
  const pruned = await evalharness('prune', 'laco', '-m', folder, '-o', out, ...SETTINGS)
  expect(pruned.code).toBe(0)
  expect(pruned.err).toMatch(
    /^iteration 1: layers 4–6, similarity 0\.\d{4} > -1: accepted, 6 layers\niteration 2: layers 2–4, .*accepted, 4 layers\nwritten to .*; score it: /u,
  )
  expect(pruned.out).toMatch(/│ layers\s+│\s+8 │\s+4 │\s+50\.0 % │/u)
  expect(pruned.out).toMatch(/2 merges, 0 rejected, 2 iterations, stopped by lowest layer\nsimilarity of the last hidden states 0\.\d{4} \(/u)
  const map = await evalharness('layermap', folder, out)
  expect(map.code).toBe(0)
  expect(map.err).toMatch(/^comparing the layers of .*pruned with those of .*\n$/u)
  expect(map.out).toMatch(/│ 2\s+│ 2\s+│ 6\s+│ telescope of 2–6 │/u)
  expect(map.out).toMatch(/\nLayer collapse by the rule telescope: 4 of 8 layers, merged 2–6\.\n$/u)
  const json = JSON.parse((await evalharness('layermap', folder, out, '--json')).out)
  expect(json).toMatchObject({ baseLayerCount: 8, verdict: { method: 'telescope' }, layers: { length: 4 } })
})

test('prune drop, with the record as JSON', async () => {
  const [folder, out] = [await model, outputFolder()]
  const { code, out: text } = await evalharness('prune', 'drop', '-m', folder, '-o', out, '--layers', '1,3-5', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(text)).toMatchObject({ method: 'drop', dropped_layers: [1, 3, 4, 5], pruned: { layers: 4 } })
  expect((await evalharness('layermap', folder, out)).out).toContain('A plain drop: 4 of 8 layers, without 1, 3–5.')
})

test('what is suggested for the built-in model can run on it', async () => {
  const { err } = await evalharness('prune', 'drop', '-m', 'demo/model', '--layers', '5', '-o', outputFolder())
  expect(err).toMatch(/score it: evalharness run -m original=demo\/model -m pruned=\S+ -t valley_piqa,valley_boolq\n$/u)
})

test('a dry run shows the merges it would try and the sizes, and writes nothing', async () => {
  const out = outputFolder()
  const { code, out: text, err } = await evalharness('prune', 'laco', '-m', await model, '-o', out, ...SETTINGS, '--dry-run')
  expect({ code, err, exists: existsSync(out) }).toEqual({ code: 0, err: '', exists: false })
  expect(text).toMatch(/│\s+1 │ 4–6\s+│\s+6 layers │/u)
  expect(text).toContain('if every merge reaches a similarity above -1; then lowest layer ends the search')
  const json = JSON.parse((await evalharness('prune', 'laco', '-m', await model, ...SETTINGS, '--dry-run', '--json')).out)
  expect(json.merges).toHaveLength(2)
  expect((await evalharness('prune', 'drop', '-m', await model, '--layers', '2', '--dry-run')).out).toMatch(/│ layers\s+│\s+8 │\s+7 │/u)
})

test('a dry run of a drop shows the layers that would go, as text and as JSON', async () => {
  const drop = async (...more: string[]) => (await evalharness('prune', 'drop', '-m', await model, '--layers', '5,1,3-4', '--dry-run', ...more)).out
  expect((await drop()).split('\n').slice(-3)).toEqual(['would be dropped: layers 1, 3–5', 'nothing was computed or written', ''])
  expect(JSON.parse(await drop('--json'))).toEqual({
    original: expect.objectContaining({ layers: 8 }),
    pruned: expect.objectContaining({ layers: 4 }),
    droppedLayers: [1, 3, 4, 5],
  })
})

test('Ctrl-C ends the search within two seconds and leaves nothing', { tags: ['slow'] }, async () => {
  const [folder, out] = [await deepModel({ layers: 60 }), outputFolder()]
  const { child, ended } = start(['prune', 'laco', '-m', folder, '-o', out, '--threshold', '-1', '--highest-layer', '60', '--max-compression', '1'])
  await new Promise<void>((resolve) => child.stderr!.once('data', () => resolve()))
  const pressedAt = performance.now()
  child.kill('SIGINT')
  const { code, err } = await ended
  expect(performance.now() - pressedAt).toBeLessThan(2000)
  expect(code).toBe(130)
  expect(err).toMatch(/\ninterrupted; nothing was written\n$/u)
  expect(readdirSync(path.dirname(out))).toEqual([])
})

describe('bad input: exit code 2, a message with the value, a hint, and nothing written', () => {
  test.each([
    [['prune'], /prune needs a subcommand\n {2}Give `evalharness prune laco` or/u],
    [['prune', 'shrink'], /shrink/u],
    [['prune', 'laco', '-o', 'OUT'], /no model given\n {2}Give --model/u],
    [['prune', 'laco', '-m', 'MODEL'], /no output folder given\n {2}Give --out/u],
    [['prune', 'laco', '-m', './nowhere', '-o', 'OUT'], /no such model folder: \.\/nowhere/u],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--merge-layers', '1'], /--merge-layers must be a whole number of at least 2, got 1/u],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--highest-layer', '9'], /--highest-layer 9 is more than the model's 8 layers/u],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--max-compression', '30'], /got 30\n {2}Give 0\.3 for 30 %/u],
    [
      ['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--max-compression', '0.2'],
      /a merge removes 2 of 8 layers, more than --max-compression 0\.2: nothing would be tried\n {2}Give --max-compression 0\.25 or more, or --merge-layers 2\./u,
    ],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--rule', 'median'], /rule.*median/su],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--threads', '0'], /--threads 0 is not a whole number/u],
    [['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--calibration', '/no/such'], /cannot read the calibration file \/no\/such/u],
    [
      ['prune', 'laco', '-m', 'MODEL', '-o', 'OUT', '--threshold', '1'],
      /no merge was accepted at --threshold 1: the closest was 0\.\d+ at layer \d+; nothing was written\n {2}Lower --threshold/u,
    ],
    [['prune', 'drop', '-m', 'MODEL', '-o', 'OUT'], /no layers given\n {2}Give --layers 17-26/u],
    [['prune', 'drop', '-m', 'MODEL', '-o', 'OUT', '--layers', '5-3'], /--layers 5-3: "5-3" is neither a layer nor a range/u],
    [['prune', 'drop', '-m', 'MODEL', '-o', 'OUT', '--layers', '8'], /--layers names layer 8, the model has layers 0 to 7/u],
    [['layermap', 'MODEL'], /no variant given/u],
    [['layermap', 'MODEL', './nowhere'], /no such model folder: \.\/nowhere/u],
  ])('%o', async (args, message) => {
    const out = outputFolder()
    const given = await Promise.all(args.map(async (arg) => (arg === 'MODEL' ? model : arg === 'OUT' ? out : arg)))
    const { code, out: text, err } = await evalharness(...given)
    expect({ code, text }).toEqual({ code: 2, text: '' })
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^\s+at /mu)
    expect(readdirSync(path.dirname(out))).toEqual([])
  })

  test('a folder that holds something', async () => {
    const out = temporaryFolder()
    writeFileSync(path.join(out, 'mine.txt'), '')
    expect(await evalharness('prune', 'drop', '-m', await model, '-o', out, '--layers', '2')).toMatchObject({
      code: 2,
      err: `evalharness: --out ${out} exists and is not empty\n  Give another folder, or --force to replace it.\n`,
    })
  })
})

test.each([
  ['17-26', [17, 18, 19, 20, 21, 22, 23, 24, 25, 26]],
  ['3, 5 ,8-10', [3, 5, 8, 9, 10]],
  ['0', [0]],
])('--layers %s', (text, layers) => expect([...parseLayers(text)]).toEqual(layers))

test('a tokenizer file that is a link to a file of the user is not copied into the pruned checkpoint', async () => {
  const [folder, out, secret] = [await deepModel({ layers: 4 }), outputFolder(), path.join(temporaryFolder(), 'id_ed25519')]
  writeFileSync(secret, 'a secret')
  symlinkSync(secret, path.join(folder, 'tokenizer.model'))
  const { code, err } = await evalharness('prune', 'drop', '-m', folder, '-o', out, '--layers', '1')
  expect(code).toBe(2)
  expect(err).toContain(`is a link to ${secret}, outside its folder`)
  expect(existsSync(out)).toBe(false)
})
