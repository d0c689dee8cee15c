/** The windows of a corpus as items: they are known only when a model's tokenizer has cut the text. */
import { createHash } from 'node:crypto'
import type { ScoredWindow } from '../plan/corpus-windows.ts'
import type { CorpusItem, RollingItem } from '../task/request.ts'

/**
 * The item of a window. Its row and its text name the tokens by place and hash, so that items of two runs are the same only if their windows are; the
 * text itself is not repeated.
 */
export function windowItem({ task }: CorpusItem, { index, tokens }: ScoredWindow): RollingItem {
  const [first, last] = [index * tokens.length, (index + 1) * tokens.length - 1]
  const sha256 = createHash('sha256').update(tokens.join(' ')).digest('hex')
  const text = `tokens ${first} to ${last} of the text (sha256 of their ids: ${sha256})`
  return {
    kind: 'rolling',
    task,
    docId: index,
    doc: { window: index, first_token: first, token_count: tokens.length, token_ids_sha256: sha256 },
    target: text,
    referenceText: text,
    requests: [{ kind: 'rolling', text }],
  }
}
