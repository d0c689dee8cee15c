/** What `card write` wrote: `card verify` accepts it, writing again changes nothing, and no text of the author is lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardContents, checkWhole, type CardContents, type CardFacts } from '../../src/card/write/card-contents.ts'
import { citedRun as columnOf } from '../../src/card/read/cited-run.ts'
import { readCard } from '../../src/card/read/read-card.ts'
import { checkCard } from '../../src/card/verify/check-card.ts'
import { renderCard } from '../../src/card/write/render-card.ts'
import { parseProfile } from '../../src/compare/parse-profile.ts'
import { PROFILES, type StatusProfile } from '../../src/compare/status.ts'
import { CardError, UsageError } from '../../src/errors.ts'
import type { LacoRecord } from '../../src/prune/pruning-record.ts'
import { pruningReadme } from '../../src/prune/readme.ts'
import type { StoredRun, StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'
import { PUBLISHED_SETTINGS } from './published-settings.ts'

const card = (text: string) => readCard(text, 'README.md')
const wrongCells = async (text: string) => {
  const { cells, findings } = await checkCard(card(text))
  return [...cells.filter(({ verdict }) => verdict === 'different'), ...findings.filter(({ kind }) => kind === 'wrong')]
}
const write = (text: string, contents: CardContents) => renderCard(card(text), contents)

/** A collapse of 8 layers into 4, as `prune laco` records it. */
function lacoRecord(similarities: readonly number[], source = './models/base', revision: string | null = null): LacoRecord {
  return {
    method: 'laco',
    evalharness: '0.1.0',
    created: '',
    base_model: { source, revision, architecture: 'LlamaForCausalLM', weights_hash: 'aa' },
    original: { layers: 8, parameters: 1_000_000, bytes: 2_000_000 },
    pruned: { layers: 4, parameters: 600_000, bytes: 1_200_000 },
    layers_removed: 4,
    layer_compression: 0.5,
    parameter_compression: 0.4,
    layer_map: [],
    settings: { ...PUBLISHED_SETTINGS, lowest_layer: 1, highest_layer: 8, threshold: -1, max_compression: 0.505 },
    calibration: { source: 'built-in', sha256: '', sentences: 10, tokens: 100 },
    iterations: Array.from({ length: 3 }, (_, index) => ({
      iteration: index + 1,
      base: 5,
      followers: 2,
      decision: 'accepted',
      similarity: 0.9,
      margin: 0.1,
      similarities: [],
      layers: 6,
    })),
    accepted: 2,
    rejected: 0,
    stop_reason: 'max compression',
    similarities,
    similarities_bf16: similarities,
  }
}

const OWN_PROFILE = parseProfile(
  `name: "mine | <b>"
cuts:
  - { name: "Keep (over 95 %)", sign: ✅, at_least: 0.95 }
  - { name: "Look | closer --> now", at_least: 0.9 }
  - { name: Reject, sign: ❌ }
near_chance: { name: "\`Broken\`", sign: ❌, chance: baseline }`,
  'mine.yaml',
)

const NAMES = ['piqa', 'boolq', 'hellaswag', 'valley_piqa', 'my | task', '`tick` <b>x</b>', 'foo (a)', 'foo (b)', 'x (3-shot)', 'hella_swag', '12.5 %']
const LABELS = ['cut', 'a | b', '<img src=x>', '`nf4`', 'no', '1e3', 'x --> y', 'größer 🙂']
const CARDS = [
  '',
  '# Mine\n\nText.\n',
  '\uFEFF---\nlicense: mit # kept\n# a comment\n---\n# Mine',
  '---\r\nlicense: mit\r\n---\r\n\r\n# Mine\r\n\r\n### Benchmarks\r\n\r\nSoon.\r\n\r\n# Perplexity\r\n',
  '---\nmodel-index:\n# theirs\n- name: other-model\n  results:\n  - task: { type: text-generation }\n    dataset: { type: piqa, name: PIQA } # their split\n    metrics: [{ type: accuracy, value: 90.5 }]\n\n# of the language\nlanguage: en\n---\n# 🙂\n\n```md\n<!-- evalharness:benchmarks:begin -->\n```\n',
]

/** Right answers of the original and of each variant; a share of items of a larger split. */
const outcomes = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  rates: fc.array(fc.constantFrom(0, 0.03, 0.3, 0.5, 0.8, 0.97, 1), { minLength: 4, maxLength: 4 }),
  seed: fc.integer({ min: 0, max: 9 }),
  more: fc.constantFrom(0, 0, 7),
  shots: fc.constantFrom(0, 5),
})
const texts = fc.record({ nats: fc.array(fc.constantFrom(0.001, 1.7, 3.2, 11, 70), { minLength: 4, maxLength: 4 }), count: fc.integer({ min: 1, max: 4 }) })

function rightAnswers({ count, rates, seed }: { count: number; rates: readonly number[]; seed: number }, model: number): number[] {
  return Array.from({ length: count }, (_, item) => Number(((item * 37 + seed * 11 + model * 5) % 100) / 100 < rates[model]!))
}

function perplexityTask(name: string, { nats, count }: { nats: readonly number[]; count: number }, model: number): StoredTask {
  const task = textTask(
    name,
    Array.from({ length: count }, (_, text) => ({ logProb: -nats[model]! * (10 + text), weight: 10 + text })),
  )
  const bits = { metric: 'bits_per_byte', value: nats[model]! / 4, standardError: null }
  return {
    ...task,
    scores: [...task.scores, bits],
    items: task.items!.map((item) => ({ ...item, values: { ...item.values, bits_per_byte: item.values['word_perplexity']! } })),
  }
}

const runs = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 4 }),
    labels: fc.uniqueArray(fc.constantFrom(...LABELS), { minLength: 1, maxLength: 3 }),
    tasks: fc.array(outcomes, { minLength: 4, maxLength: 4 }),
    group: fc.option(fc.tuple(outcomes, outcomes), { nil: undefined }),
    texts: fc.option(texts, { nil: undefined }),
    limit: fc.boolean(),
    isComplete: fc.boolean(),
    isCited: fc.boolean(),
  })
  .filter(({ names, group, texts: text }) => names.length > 0 || group !== undefined || text !== undefined)
  .map(({ names, labels, tasks, group, texts: text, limit, isComplete, isCited }) => {
    const run = (label: string, model: number): StoredRun => {
      const choice = (name: string, form: (typeof tasks)[number]) => {
        const right = rightAnswers(form, model)
        return choiceTask(name, right, { shotCount: form.shots, rowCount: right.length + form.more, ...(limit && { limit: 5 }) })
      }
      const members = group?.map((form, index) => choice(`mmlu_${index}`, { ...form, shots: 5 })) ?? []
      const pooled = members.flatMap(({ items }) => items!.map(({ values }) => values['acc'] as number))
      const acc = pooled.reduce((sum, value) => sum + value, 0) / pooled.length
      return storedRun(
        label,
        [...names.map((name, index) => choice(name, tasks[index]!)), ...members, ...(text ? [perplexityTask('wikitext', text, model)] : [])],
        {
          isComplete,
          groups: group
            ? [
                {
                  name: 'mmlu',
                  version: '1',
                  shotCount: 5,
                  scores: [{ metric: 'acc', value: acc, standardError: 0.01 }],
                  members: members.map(({ name }) => name),
                },
              ]
            : [],
        },
      )
    }
    const original = run('base', 0)
    const scores = Object.fromEntries(original.tasks.map(({ name, scores: [score] }) => [name, [score!.metric, score!.value] as const]))
    return { original: isCited && !group ? citedRun('base', scores) : original, variants: labels.map((label, index) => run(label, index + 1)) }
  })

/** More are for a quiet machine: EVALHARNESS_ROUND_TRIPS=200. */
const ROUND_TRIPS = Number(process.env['EVALHARNESS_ROUND_TRIPS'] ?? 12)

describe('any run', { tags: ['slow'] }, () => {
  test(
    'verify accepts what write wrote, and writing it again gives the same bytes',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          runs,
          fc.constantFrom<StatusProfile>(PROFILES.card, PROFILES.default, OWN_PROFILE),
          fc.option(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 }), { nil: undefined }),
          fc.constantFrom(...CARDS),
          async ({ original, variants }, profile, similarities, text) => {
            const facts: CardFacts = similarities ? { laco: lacoRecord(similarities) } : {}
            const contents = cardContents(original, variants, { profile }, facts)
            const once = write(text, contents)
            expect(await wrongCells(once)).toEqual([])
            expect(write(once, contents)).toBe(once)
          },
        ),
        { numRuns: ROUND_TRIPS, seed: 20, endOnFailure: true },
      )
    },
    30_000 + 5000 * ROUND_TRIPS,
  )
})

const [base, cut] = [storedRun('base', [choiceTask('piqa', [1, 1, 1, 0])]), storedRun('cut', [choiceTask('piqa', [1, 0, 1, 0])])]
const contents = cardContents(base, [cut])
const rows = (text: string, head: string) =>
  card(text)
    .tables.find((table) => table.head[0] === head)!
    .rows.map(({ cells }) => cells)
const index = (text: string) =>
  (card(text).frontMatter!.content as { 'model-index': { name: string; results: { dataset: object; metrics: object[] }[] }[] })['model-index']

describe('a part of a split', () => {
  const part = (changes: Partial<StoredTask>, run: Partial<StoredRun> = {}) =>
    [base, cut].map((entry) => storedRun(entry.label, [{ ...entry.tasks[0]!, ...changes }], run)) as [StoredRun, StoredRun]

  test.each<[string, [StoredRun, StoredRun], string]>([
    ['a limit', part({ rowCount: 1838, limit: 4 }), '4 of 1,838 (limit 4)'],
    ['a share as the limit', part({ rowCount: 8, limit: 0.5 }), '4 of 8 (limit 0.5)'],
    ['a limit that cuts a source without end', part({ rowCount: null, limit: 4 }), '4 (limit 4)'],
    ['chosen rows', part({ rowCount: 1838 }), '4 of 1,838 (chosen rows)'],
    ['a run that was interrupted', part({ rowCount: 1838 }, { isComplete: false }), '4 of 1,838 (interrupted)'],
  ])('by %s is refused without --partial, and is named in the table', (_, [original, variant], items) => {
    const partial = cardContents(original, [variant])
    expect(() => checkWhole(partial)).toThrow(UsageError)
    expect(() => checkWhole(partial)).toThrow(/cut, piqa: 4.* items \(/u)
    expect(rows(write('', partial), 'Benchmark')[0]![1]).toBe(items)
  })

  test('the most frequent answer of some rows is named as theirs; that of a whole split is not', async () => {
    // 20 yes-or-no questions of which 17 are answered no.
    const classes = (items: number): StoredTask['items'] =>
      Array.from({ length: items }, (_, docId) => {
        const target = String(Number(docId % 20 > 16))
        const requests = ['no', 'yes'].map((choice) => ({ context: `q ${docId}`, continuation: ` ${choice}`, logProb: choice === 'no' ? -1 : -2 }))
        return { docId, promptHash: `p ${docId}`, targetHash: target, target, values: { acc: Number(target === '0') }, requests }
      })
    const task = (rowCount: number): StoredTask => ({ ...choiceTask('boolq', Array<number>(20).fill(1)), items: classes(20), rowCount })
    const written = (rowCount: number, changes: Partial<StoredTask>) =>
      write('', cardContents(storedRun('base', [{ ...task(rowCount), ...changes }]), [storedRun('cut', [{ ...task(rowCount), ...changes }])]))
    const limited = written(3270, { limit: 20 })
    expect(rows(limited, 'Benchmark')[0]!.slice(1, 3)).toEqual(['20 of 3,270 (limit 20)', '85.00% (of these items)'])
    expect(await wrongCells(limited)).toEqual([])
    expect(rows(written(20, {}), 'Benchmark')[0]!.slice(1, 3)).toEqual(['20', '85.00%'])
  })

  test('by common items: they are counted', () => {
    const longer = storedRun('base', [choiceTask('piqa', [1, 1, 1, 0, 1, 1])])
    const shorter = storedRun('cut', [choiceTask('piqa', [1, 0, 1, 0], { rowCount: 6 })])
    const common = cardContents(longer, [shorter], { commonItems: true })
    expect(() => checkWhole(common)).toThrow('cut, piqa: 4 of 6 items (chosen rows, common items)')
    expect(rows(write('', common), 'Benchmark')[0]![1]).toBe('4 of 6 (chosen rows, common items)')
  })

  test('is not what a limit beyond the split or a whole run leaves', () => {
    expect(() => checkWhole(cardContents(...([part({ limit: 100 })[0], [part({ limit: 100 })[1]]] as const)))).not.toThrow()
    expect(() => checkWhole(contents)).not.toThrow()
  })
})

describe('the model-index', () => {
  test('names the dataset, its configuration, split, revision and shots', () => {
    const dataset = { id: 'aps/super_glue', config: 'boolq', split: 'validation', revision: 'abc123' }
    const boolq = (label: string) => storedRun(label, [choiceTask('boolq', [1, 0, 1], { dataset, shotCount: 3 })])
    expect(index(write('', cardContents(boolq('base'), [boolq('cut')])))).toEqual([
      {
        name: 'cut',
        results: [
          {
            task: { type: 'text-generation', name: 'Text Generation' },
            dataset: {
              name: 'BoolQ',
              type: 'aps/super_glue',
              config: 'boolq',
              split: 'validation',
              revision: 'abc123',
              args: { num_few_shot: 3, num_items: 3 },
            },
            metrics: [{ type: 'accuracy', value: 66.67, name: 'Accuracy (3-shot)' }],
          },
        ],
      },
    ])
  })

  test('has the items, the limit and the shots of the table', async () => {
    const part = (label: string) =>
      storedRun(label, [
        choiceTask('x (3-shot)', [1, 0, 1]),
        choiceTask('piqa', [1, 0, 1], { shotCount: 3, rowCount: 1838, limit: 3 }),
        { ...perplexityTask('wikitext', { nats: [2], count: 2 }, 0), rowCount: 62, limit: 2 },
      ])
    const written = write('', cardContents(part('base'), [part('cut')]))
    expect(await wrongCells(written)).toEqual([])
    for (const [before, row] of [
      ['num_few_shot: 0', 'x'],
      ['num_few_shot: 3', 'PIQA'],
      ['num_items: 3', 'x'],
      ['num_items: 2', 'WikiText'],
      ['limit: 3', 'PIQA'],
      ['limit: 2', 'WikiText'],
    ] as const) {
      const wrong = await wrongCells(written.replace(before, `${before.split(' ')[0]!} 7`))
      expect(wrong.map((cell) => 'row' in cell && [cell.row, cell.column, cell.text])).toEqual([[row, before.split(':')[0], '7']])
    }
    expect(await wrongCells(written.replace('num_items: 3', 'num_items: 3\n            limit: 3'))).toHaveLength(1)
  })

  test('keeps other models, other datasets and comments, also of the same benchmark', () => {
    const before = CARDS[4]!
    const written = write(before, contents)
    expect(index(written).map(({ name, results }) => [name, results.length])).toEqual([
      ['other-model', 1],
      ['cut', 1],
    ])
    for (const text of ['# their split', '# of the language\nlanguage: en\n---\n', 'value: 90.5']) expect(written).toContain(text)
  })

  test('has an entry for each of several models, and each table the model', async () => {
    const written = write('', cardContents(base, [cut, { ...base, label: 'nf4' }]))
    expect(index(written).map(({ name }) => name)).toEqual(['cut', 'nf4'])
    expect(rows(written, 'Benchmark').map(([, model]) => model)).toEqual(['cut', 'nf4'])
    expect(await wrongCells(written)).toEqual([])
    expect(await wrongCells(written.replace('value: 50', 'value: 75'))).toHaveLength(1)
    const run = (column: string) => columnOf(card(written), column, 'README.md').tasks[0]!.scores[0]!.value
    expect([run('original'), run('cut'), run('nf4')]).toEqual([0.75, 0.5, 0.75])
    expect(() => run('variant')).toThrow('README.md has no column variant')
  })
})

describe('base_model', () => {
  const fromHub = { ...base, model: { ...base.model, source: 'owner/base@main', revision: 'abc' } }
  const keyOf = (text: string) => (card(text).frontMatter!.content as { base_model?: unknown }).base_model

  test('is the repository of the original, never a folder', () => {
    expect(keyOf(write('', cardContents(fromHub, [cut])))).toBe('owner/base')
    expect(keyOf(write('', contents))).toBeUndefined()
    const local = write('', cardContents(base, [cut], {}, { laco: lacoRecord([0.9], '/home/me/models/base') }))
    expect(local).not.toContain('/home/me')
    expect(rows(local, 'Attribute')[0]).toEqual(['Base Model', 'base'])
  })

  test('stays as the card has it unless --base-model gives another', async () => {
    const before = '---\nbase_model: mine/base # kept\n---\n'
    const laco = lacoRecord([0.9])
    expect(write(before, cardContents(fromHub, [cut], {}, { laco }))).toContain('base_model: mine/base # kept\n')
    const named = write(before, cardContents(fromHub, [cut], {}, { laco, baseModel: 'other/base' }))
    expect(keyOf(named)).toBe('other/base')
    expect(rows(named, 'Attribute')[0]).toEqual(['Base Model', 'other/base'])
    expect(await wrongCells(named)).toEqual([])
  })
})

describe('a section that is there', () => {
  const headings = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))

  test('of a pruned checkpoint’s README is replaced in its place, and no section appears twice', async () => {
    const readme = pruningReadme(lacoRecord([0.91, 0.95, -0.2]))
    const written = write(readme, cardContents(base, [cut], {}, { laco: lacoRecord([0.91, 0.95, -0.2]) }))
    expect(headings(written)).toEqual([...headings(readme), '## Use Cases', '## Benchmark Results'])
    for (const once of ['INTERVAL (I)', 'Successful Merges', 'Individual similarities', '| **Original Layers**']) expect(written.split(once)).toHaveLength(2)
    expect(await wrongCells(written)).toEqual([])
  })

  const table = '| Benchmark | Original | Pruned | Retention |\n|---|---|---|---|\n| PIQA | 75% | 60% | 80% |'
  test.each([
    ['a table under any heading', `# A\n\nBefore  \n\nScores\n------\n\n${table}\n\nAfter\n`, 'Scores\n------\n\n', '\n\nAfter\n'],
    [
      'a table of tasks',
      '# A\n\n#### Evaluation results:\n\nx\n\n#### Benchmarks\n\n| Task | Base | Ours |\n|--|--|--|\n| piqa | 75 | 60 |\n\nAfter',
      '#### Benchmarks\n\n',
      '\n\nAfter',
    ],
    ['a heading alone', '# A\n\n### Evaluation\n\nComing soon.\n', '### Evaluation\n\n', '\n\nComing soon.\n'],
  ])('as %s is replaced there, and the text around it stays', async (_, text, before, after) => {
    const written = write(text, contents)
    expect(written).toContain(`${before}<!-- evalharness:benchmarks:begin -->\n`)
    expect(written).toContain(`<!-- evalharness:benchmarks:end -->${after}`)
    expect(written.match(/^\| \*?\*?(?:PIQA|piqa)/gmu)).toHaveLength(1)
    expect(await wrongCells(written)).toEqual([])
  })

  test.each([
    ['twice', `${table}\n\ntext\n\n${table}\n`, /2 tables of benchmarks, in lines 1 and 7/u],
    [
      'beside the one between markers',
      `${table}\n\n<!-- evalharness:benchmarks:begin -->\n<!-- evalharness:benchmarks:end -->\n`,
      /in line 1 outside its markers, and another between them/u,
    ],
    ['with benchmarks that the runs do not have', `${table}\n| GSM8K | 40% | 20% | 50% |\n`, /has GSM8K, which the runs do not have/u],
  ])('%s is refused', (_, text, message) => {
    expect(() => write(text, contents)).toThrow(CardError)
    expect(() => write(text, contents)).toThrow(message)
  })

  test('keeps rows of the summary that evalharness does not write', () => {
    const summary = '| Attribute | Value |\n|---|---|\n| Original Layers | 9 |\n| Pruned Layers | 5 |\n| License | [MIT](x) |\n'
    const once = write(summary, cardContents(base, [cut], {}, { laco: lacoRecord([0.9]) }))
    expect(once).toContain('| License | [MIT](x) |\n\n<!-- evalharness:summary:end -->')
    expect(write(once, cardContents(base, [cut], {}, { laco: lacoRecord([0.9]) }))).toBe(once)
  })
})

describe('statuses', () => {
  test('are verified by the profile that the card was written with', async () => {
    const right = Array.from({ length: 100 }, (_, item) => Number(item < 90))
    const own = cardContents(storedRun('base', [choiceTask('piqa', right)]), [storedRun('cut', [choiceTask('piqa', right)])], {
      profile: OWN_PROFILE,
    })
    const written = write('', own)
    expect(written).toContain('✅ Keep (over 95 %) from 95 %')
    expect(await wrongCells(written)).toEqual([])
    const { cells } = await checkCard(card(written), PROFILES.card)
    expect(cells.filter(({ verdict }) => verdict === 'different').map(({ column }) => column)).toContain('Status')
  })

  test('of an original that scores 0 are none, and verify', async () => {
    const none = write('', cardContents(storedRun('base', [choiceTask('my_task', [0, 0, 0])]), [storedRun('cut', [choiceTask('my_task', [1, 0, 1])])]))
    expect(rows(none, 'Benchmark')[0]!.slice(-2)[0]).toBe('–')
    expect(await wrongCells(none)).toEqual([])
  })
})
