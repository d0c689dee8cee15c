/** The table of divergences: how far a model's next-token distributions are from the original's. */
import type { RootContent } from 'mdast'
import type { DivergenceCell } from '../../../compare/comparison.ts'
import { ALL_TASKS, natsText } from '../../../report/divergence-cells.ts'
import { intervalText } from '../../../report/numbers.ts'
import { count } from '../../../text/count.ts'
import { paragraph, table } from '../../../text/markdown.ts'
import { benchmarkName } from '../benchmark-title.ts'
import { groupsOf } from '../compared-rows.ts'
import type { CardContents, CardModel } from '../card-contents.ts'
import { cardPercent } from './card-percent.ts'

/** A model's divergence in a task. */
export interface DivergenceRow {
  readonly model: CardModel
  /** Null for all tasks together. */
  readonly task: string | null
  readonly cell: DivergenceCell
}

/** Task by task, each with the models that have it; that of all tasks last. */
export function divergenceRows({ models }: CardContents): DivergenceRow[] {
  const rows = models.flatMap((model) => model.comparison.divergences.flatMap(({ task, cells: [cell] }) => (cell ? [{ model, task, cell }] : [])))
  const groups = groupsOf(rows, ({ task }) => JSON.stringify(task))
  return [...groups.filter(([first]) => first!.task !== null), ...groups.filter(([first]) => first!.task === null)].flat()
}

/** The table, and what its figures are. A card of several models names each, also if one of them alone has figures. */
export function divergenceBlocks({ models }: CardContents, rows: readonly DivergenceRow[]): RootContent[] {
  const isSeveral = models.length > 1
  const head = ['Task', ...(isSeveral ? ['Model'] : []), 'Positions', 'Mean KL', 'Median KL', '99 % KL', 'Max KL', 'Same top token']
  const body = rows.map(({ model, task, cell: { positionCount, kl, klInterval, sameTop, sameTopInterval } }) => [
    task === null ? ALL_TASKS : benchmarkName(task, null),
    ...(isSeveral ? [model.label] : []),
    count(positionCount),
    `${nats(kl.value)}${intervalText(klInterval, nats)}`,
    nats(kl.median),
    nats(kl.p99),
    nats(kl.max),
    `${cardPercent(sameTop.value)}${intervalText(sameTopInterval, (share) => (share * 100).toFixed(1))}`,
  ])
  const original = rows[0]!.model.comparison.original.label
  return [
    table([head, ...body]),
    paragraph(
      `KL(${original} ‖ model) in nats of the next-token distributions at scored positions, and the share of positions with the same most likely token. Brackets: 95 % intervals.`,
    ),
  ]
}

function nats(value: number): string {
  return natsText(value).replace('−', '-')
}
