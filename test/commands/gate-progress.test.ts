import { expect, test } from 'vitest'
import { gatePlanText, gateProgress } from '../../src/commands/gate-progress.ts'
import type { Terminal } from '../../src/commands/terminal.ts'
import type { GateEvent } from '../../src/gate/sequential/gate-events.ts'

test('a plan says what random order costs, if its blocks end with all items', () => {
  const blocks = [
    { items: 64, tokens: 1000 },
    { items: 200, tokens: 2200 },
  ]
  const plan = { task: 'piqa', itemCount: 200, tokensAtOnce: 2000, blocks } as Parameters<typeof gatePlanText>[0][number]
  expect(gatePlanText([plan, { ...plan, task: 'boolq', itemCount: 3270 }])).toBe(
    'piqa: 200 items, 2,000 tokens at once; tokens in random order: 1,000 for 64, 2,200 for 200; random order costs 10.0 % more than all at once\n' +
      'boolq: 3,270 items, 2,000 tokens at once; tokens in random order: 1,000 for 64, 2,200 for 200',
  )
})

test('a rule that is decided is said once, while others are still open', () => {
  const said: string[] = []
  const terminal = { err: (line: string) => said.push(line), errorStream: { isTTY: false, write: () => true }, verbosity: 'normal' } as unknown as Terminal
  const { onEvent, close } = gateProgress(terminal)
  const rule = {
    task: 'piqa',
    metric: 'acc',
    kind: 'min_retention',
    limit: 0.9,
    splitCount: 1000,
    itemCount: 64,
    value: 1,
    interval: [0.95, 1.05],
    itemsNeeded: null,
    reason: null,
  }
  const judged = { kind: 'block-judged', task: 'piqa', rules: [{ ...rule, verdict: 'passed', decidedAfter: 60 }] } as unknown as GateEvent
  onEvent(judged)
  onEvent(judged)
  onEvent({ kind: 'notice', model: null, message: 'a notice' })
  close()
  expect(said).toEqual([expect.stringMatching(/^piqa, .*: passed, /u), 'a notice'])
})
