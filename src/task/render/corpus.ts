/** All rows of a task as one long text. */
import { count } from '../../text/count.ts'
import type { CorpusTask } from '../define-task.ts'
import type { CorpusItem } from '../request.ts'
import { failRow, optionalText } from './call-task.ts'
import { itemTaskName, placeOf, taskLabel, type RowSource, type TaskRow } from './row-source.ts'

/** Most characters of a corpus: its tokens, and the plan of its windows, are in memory at once. */
const MOST_CHARACTERS = 2 ** 26

/** The rows as one text, in one item. Fails with DatasetError when there is no text, or too much. */
export function corpusItem(source: RowSource<CorpusTask>, rows: readonly TaskRow[]): CorpusItem {
  const { task, subset } = source
  const text = rows.map((row) => optionalText(placeOf(source, row), 'text', () => task.text(row.row))).join(task.separator)
  const place = `${taskLabel(task)}: ${source.source}`
  if (text.trim() === '') failRow(`${place}: the rows have no text`, 'Give a file with text.')
  if (text.length > MOST_CHARACTERS)
    failRow(`${place}: the text has ${count(text.length)} characters, the most are ${count(MOST_CHARACTERS)}`, 'Give fewer rows (--limit), or a shorter file.')
  const doc = { rows: rows.length, characters: text.length }
  return {
    kind: 'corpus',
    task: itemTaskName(task, subset),
    docId: 0,
    doc,
    target: '',
    requests: [{ kind: 'corpus', text, windowLength: task.windowLength }],
  }
}
