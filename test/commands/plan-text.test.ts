import { expect, test } from 'vitest'
import { planText } from '../../src/commands/plan-text.ts'
import { layerLegend, tokenLegend } from '../../src/commands/work-legend.ts'
import type { RunPlan, TaskPlan, TaskPrompts } from '../../src/run/plan-run.ts'

const prompts = (first: TaskPrompts['first']): TaskPrompts => ({ task: 'piqa', shots: 0, items: 2, requests: 4, first }) as TaskPrompts
const ask = (context: string, continuation: string) => ({ kind: 'continuation', context, continuation }) as const
const plan = (changes: Partial<RunPlan>): RunPlan => ({ prompts: [], models: [], plans: [], temporaryBytes: 0, ...changes })
const TITLE = '── piqa · 2 items, 0 shots, 4 requests; the first item:'

test.each<[string, TaskPrompts['first'], string[]]>([
  ['choices', [ask('Q', ' yes'), ask('Q', ' no')], ['Q', '  →" yes"', '  →" no"']],
  ['choices with and without their context', [ask('Q', ' yes'), ask('', ' yes')], ['Q', '  →" yes"', '  → (without context)" yes"']],
  ['a schema', [ask('Ada', ' is'), ask('Max', ' is')], ['Ada', '  →" is"', 'Max', '  →" is"']],
  ['a text', [{ kind: 'rolling', text: 'long' }], ['long']],
  ['a long text', [{ kind: 'rolling', text: 'a'.repeat(10_001) }], [`${'a'.repeat(10_000)}… (10,001 characters)`]],
])('%s', (_, first, lines) => expect(planText(plan({ prompts: [prompts(first)] }))).toBe([TITLE, ...lines].join('\n')))

test('a line for each model and task, with what is cut and shared if anything is, and what the counts mean', () => {
  const task: TaskPlan = {
    model: 'big',
    task: 'piqa',
    requests: 2000,
    tokensAsked: 9000,
    tokensDistinct: 5000,
    tokensComputed: 5100,
    tokensLeftOver: 0,
    batches: 3,
    encodingMs: 0,
    layerPassesAsked: null,
    layerPassesDistinct: null,
    layerPassesComputed: null,
    truncation: { requestCount: 0, itemCount: 0, mostTokensLost: 0 },
  }
  const line = 'big · piqa: 2,000 requests · tokens: 9,000 asked, 5,000 distinct, 5,100 planned in 3 batches'
  expect(planText(plan({ plans: [task] })).split('\n')).toEqual([line, tokenLegend()])
  const other: TaskPlan = {
    ...task,
    layerPassesAsked: 60,
    layerPassesDistinct: 40,
    layerPassesComputed: 41,
    truncation: { requestCount: 4, itemCount: 2, mostTokensLost: 17 },
  }
  expect(planText(plan({ plans: [other], temporaryBytes: 2 ** 20 })).split('\n')).toEqual([
    `${line} · layer passes: 60 asked, 40 distinct, 41 planned · cut to the window: 4 requests of 2 items, by up to 17 tokens`,
    tokenLegend(),
    layerLegend(),
    '--divergence: a temporary file of up to 1.0 MiB for hidden states',
  ])
})
