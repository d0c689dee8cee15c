/** Cards as a user meets them. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCard } from '../../src/card/read/read-card.ts'
import { CARD, CONFIG } from '../card/card-fixture.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const cardFile = (text = CARD) => {
  const file = path.join(temporaryFolder(), 'README.md')
  writeFileSync(file, text)
  return file
}

test('verify: exit 0 and a count of checks for a card that is right, 1 and the cell for one that is not', async () => {
  const right = await evalharness('card', 'verify', cardFile())
  expect(right).toMatchObject({ code: 0, err: '' })
  expect(right.out).toMatch(/^30 checks: 30 equal, 0 different, 0 cited$/mu)
  const wrong = await evalharness('card', 'verify', cardFile(CARD.replace('82.6% | ✅', '83.6% | ✅')))
  expect(wrong.code).toBe(1)
  expect(wrong.out).toMatch(/^line \d+, benchmarks: PIQA, Retention\n {2}says 83\.6%: different\n {2}should be variant ÷ original: 82\.6 %$/mu)
  expect(JSON.parse((await evalharness('card', 'verify', cardFile(), '--json')).out)).toMatchObject({
    cells: { length: 30 },
    findings: { length: 3 },
    reproduced: [],
  })
})

describe('verify compares parameters with a config.json', () => {
  const sized = CARD.replace('| **Compression** | 27.8% |', '| **Compression** | 27.8% |\n| Parameters | ~5.8B |')
  // Matrices, biases and norms of a layer, and two of vocabulary with the last norm.
  const parameters = (layers: number) => layers * (64 * 64 * 2 + 64 * 32 * 2 + 3 * 64 * 96 + (64 + 32 + 32) + 128) + 2 * 1000 * 64 + 64

  test.each([
    ['beside the card', 'config.json', []],
    ['that is given', 'original.json', ['--config', 'original.json']],
  ])('%s', async (_, name, args) => {
    const file = cardFile(sized)
    const place = path.join(path.dirname(file), name)
    writeFileSync(place, JSON.stringify({ ...CONFIG, num_hidden_layers: name === 'config.json' ? 26 : 36 }))
    const { code, out } = await evalharness('card', 'verify', file, ...args.map((arg) => arg.replace('original.json', place)))
    expect(code).toBe(1)
    expect(out).toContain(`26 layers are ${parameters(26).toLocaleString('en-US')} of ${parameters(36).toLocaleString('en-US')} parameters`)
  })

  test('and goes without one that it does not know', async () => {
    const file = cardFile()
    writeFileSync(path.join(path.dirname(file), 'config.json'), JSON.stringify({ ...CONFIG, architectures: ['NobodyForCausalLM'] }))
    expect((await evalharness('card', 'verify', file)).code).toBe(0)
  })
})

test('write does not throw away scores that the runs do not have', async () => {
  const file = cardFile()
  const { code, err } = await evalharness('card', 'write', `${file}#original`, `${file}#variant`, '--into', file, '--tasks', 'piqa', '--profile', 'card')
  const line = CARD.split('\n').findIndex((text) => text.startsWith('| Benchmark')) + 1
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`the table of benchmarks in line ${line} has BoolQ, which the runs do not have`) })
  expect(readFileSync(file, 'utf8')).toBe(CARD)
})

test('write leaves a card that is not UTF-8 as it was', async () => {
  const [source, file] = [cardFile(), cardFile()]
  const bytes = Buffer.concat([Buffer.from(CARD), Buffer.from([0xe9, 0x0a])])
  writeFileSync(file, bytes)
  expect(await evalharness('card', 'write', `${source}#original`, `${source}#variant`, '--into', file)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not UTF-8'),
  })
  expect(readFileSync(file).equals(bytes)).toBe(true)
})

test('verify --run scores both models and says which cells are reproduced', { tags: ['slow'] }, async () => {
  const folder = temporaryFolder()
  const data = path.join(folder, 'data')
  const rows = writeRows(folder, 'piqa.jsonl', piqaRows(30))
  mkdirSync(path.join(data, 'piqa'), { recursive: true })
  copyFileSync(rows, path.join(data, 'piqa/validation.jsonl'))
  const text = CARD.replace(/## Perplexity[\s\S]*?(?=## Results)/u, '')
    .replace(/\| \*\*BoolQ.*\n/u, '')
    .replace(/\| Reading.*\n/u, '')
  const models = ['-m', `original=${tinyModel('qwen3')}`, '-m', `variant=${tinyModel('qwen3-untied')}`]
  const { code, out } = await evalharness('card', 'verify', cardFile(text), '--run', ...models, '--data-dir', data, '-o', path.join(folder, 'results'))
  expect(code).toBe(1)
  expect(out).toMatch(/│ PIQA, Original\s+│ 79\.54% │ (?:different|within)\s+│ \d+\.\d\d % \[/u)
})

test('verify --run scores the model that is named of a card with several', { tags: ['slow'] }, async () => {
  const folder = temporaryFolder()
  const data = path.join(folder, 'data')
  mkdirSync(path.join(data, 'piqa'), { recursive: true })
  copyFileSync(writeRows(folder, 'piqa.jsonl', piqaRows(30)), path.join(data, 'piqa/validation.jsonl'))
  const text = '# Mine\n\n| Benchmark | Model | Original | Score |\n|---|---|---|---|\n| PIQA | nf4 | 79.54% | 65.67% |\n| PIQA | int8 | 79.54% | 65.67% |\n'
  const models = ['-m', `original=${tinyModel('qwen3')}`, '-m', `int8=${tinyModel('qwen3-untied')}`]
  const verify = (...options: string[]) =>
    evalharness('card', 'verify', cardFile(text), '--run', ...options, '--data-dir', data, '-o', path.join(folder, 'results'), '--json')
  const { reproduced } = JSON.parse((await verify(...models)).out) as { reproduced: { column: string; measured: string }[] }
  expect(reproduced.map(({ measured }) => measured)).toEqual([
    'the row is of nf4, the run of int8',
    'the row is of nf4, the run of int8',
    expect.stringMatching(/^\d+\.\d\d % \[/u),
    expect.stringMatching(/^\d+\.\d\d % \[/u),
  ])
  expect(await verify(...models, '-m', `nf4=${tinyModel('qwen3')}`)).toMatchObject({ code: 2, err: expect.stringContaining('int8, nf4') })
})

test('write: a column of a card beside another, into a card that is made', async () => {
  const [source, into] = [cardFile(), path.join(temporaryFolder(), 'new/README.md')]
  const { code, err } = await evalharness('card', 'write', `${source}#original`, `${source}#variant`, '--into', into, '--profile', 'card', '--eval-results')
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(`written: ${into}, `) })
  expect(readFileSync(into, 'utf8')).toMatch(/\| \*\*PIQA\*\*\s+\| 79\.54%\s+\| 65\.67% \| 82\.6%\s+\| ✅ Good/u)
  expect(readdirSync(path.join(path.dirname(into), '.eval_results')).sort()).toEqual(['boolq.yaml', 'piqa.yaml'])
  const dry = await evalharness('card', 'write', `${source}#original`, `${source}#variant`, '--into', into, '--dry-run', '--tasks', 'piqa')
  expect(dry.out).toContain('<!-- evalharness:benchmarks:begin -->')
})

test(
  'write needs --partial for a part of a split; table and model-index then show the part, and verify accepts it',
  { tags: ['slow'], timeout: 60_000 },
  async () => {
    const folder = temporaryFolder()
    const rows = writeRows(folder, 'piqa.jsonl', piqaRows(30))
    mkdirSync(path.join(folder, 'data/piqa'), { recursive: true })
    copyFileSync(rows, path.join(folder, 'data/piqa/validation.jsonl'))
    const [results, into] = [path.join(folder, 'results'), path.join(folder, 'card')]
    const models = ['-m', `a=${tinyModel('qwen3')}`, '-m', `b=${tinyModel('qwen3-untied')}`]
    expect(await evalharness('run', ...models, '-t', 'piqa', '-L', '5', '--data-dir', path.join(folder, 'data'), '-o', results, '--no-cache')).toMatchObject({
      code: 0,
    })
    const write = (...args: readonly string[]) => evalharness('card', 'write', path.join(results, 'a'), path.join(results, 'b'), '--into', `${into}/`, ...args)
    expect(await write()).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/part of their split:\n {2}b, piqa: 5 of 30 items \(limit 5\)[\s\S]*--partial/u),
    })
    expect(existsSync(into)).toBe(false)
    const written = await write('--partial')
    expect(written).toMatchObject({
      code: 0,
      err: expect.stringMatching(/the card names no base_model: give --base-model OWNER\/NAME\nwritten: .*README\.md/u),
    })
    const text = readFileSync(path.join(into, 'README.md'), 'utf8')
    expect(text).toMatch(/\| \*\*PIQA\*\*\s*\| 5 of 30 \(limit 5\) \|/u)
    expect(readCard(text, 'x').frontMatter?.content).toMatchObject({
      'model-index': [
        {
          name: 'b',
          results: [
            {
              dataset: { name: 'PIQA', type: 'baber/piqa', split: 'validation', args: { num_few_shot: 0, num_items: 5, limit: 5 } },
              metrics: [{ type: 'accuracy_norm', name: 'Accuracy (Normalized) (5 of 30 items)' }],
            },
          ],
        },
      ],
    })
    const verified = await evalharness('card', 'verify', path.join(into, 'README.md'))
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('PIQA 5 of 30 items') })
  },
)

describe('bad input: exit code 2, and the card is left as it was', () => {
  const table = CARD.slice(CARD.indexOf('| Benchmark'), CARD.indexOf('Closing'))
  test.each([
    ['no such card', ['card', 'verify', '/no/such.md'], undefined, /cannot read the card \/no\/such\.md/u],
    ['a card without figures', ['card', 'verify', 'CARD'], '# nothing\n', /has no figures to check/u],
    ['two tables of one name', ['card', 'verify', 'CARD'], `${CARD}\n${table}`, /2 tables of benchmarks, in lines/u],
    ['front matter that does not end', ['card', 'verify', 'CARD'], '---\na: 1\n', /does not end/u],
    [
      'a model-index that is none',
      ['card', 'verify', 'CARD'],
      CARD.replace(/model-index:[\s\S]*?(?=language)/u, 'model-index: 3\n'),
      /the model-index of the front matter is malformed/u,
    ],
    ['a column that is not named', ['card', 'write', 'CARD', 'CARD', '--into', 'CARD'], CARD, /which column\?\n {2}Give .*#original/u],
    ['one run', ['card', 'write', 'CARD#original', '--into', 'CARD'], CARD, /1 run given/u],
    [
      'a marker that is not closed',
      ['card', 'write', 'CARD#original', 'CARD#variant', '--into', 'CARD'],
      `${CARD}<!-- evalharness:benchmarks:begin -->\n`,
      /markers of benchmarks are not one pair/u,
    ],
    [
      'a record that lacks half',
      ['card', 'write', 'CARD#original', 'CARD#variant', '--into', 'CARD', '--laco', 'LACO'],
      CARD,
      /is not the record of a layer collapse: .*base_model/su,
    ],
    [
      'a record that is none',
      ['card', 'write', 'CARD#original', 'CARD#variant', '--into', 'CARD', '--laco', '/dev/null'],
      CARD,
      /cannot read \/dev\/null|is not the record/u,
    ],
  ])('%s', async (_, args, text, message) => {
    const file = text === undefined ? '' : cardFile(text)
    const laco = path.join(temporaryFolder(), 'laco.json')
    writeFileSync(laco, '{"method":"laco","settings":{},"similarities":[],"iterations":[]}')
    const { code, err, out } = await evalharness(...args.map((arg) => arg.replace('CARD', file).replace('LACO', laco)))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    if (file) {
      expect(readFileSync(file, 'utf8')).toBe(text)
      expect(readdirSync(path.dirname(file))).toEqual(['README.md'])
    }
    expect(existsSync('README.md.tmp')).toBe(false)
  })
})
