/** The table of use cases. */
import type { RootContent } from 'mdast'
import { table } from '../../../text/markdown.ts'
import { useText } from '../../status-text.ts'
import { benchmarkUses } from '../benchmark-title.ts'
import type { CardContents } from '../card-contents.ts'
import type { AccuracyRow } from '../compared-rows.ts'
import { cardPercent } from './card-percent.ts'

/** For each use its benchmark's status and retention; a score no better than chance is not recommended. */
export function useCaseBlocks({ models, profile }: CardContents, rows: readonly AccuracyRow[]): RootContent[] {
  const isSeveral = models.length > 1
  const body = rows.flatMap(({ model, line, cell: { status, retention } }) => {
    const text = useText(status, retention === null ? null : cardPercent(retention, 1), profile)
    return benchmarkUses(line.task).map((use) => [use, ...(isSeveral ? [model.label] : []), text])
  })
  return [table([['Use Case', ...(isSeveral ? ['Model'] : []), 'Status'], ...body])]
}
