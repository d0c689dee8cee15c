/** Notices about an evaluation: prompts that are cut, tokenizers that add tokens, items without a response. */
import { EngineError } from '../errors.ts'
import { tokensBehind, type Encoder } from '../plan/encode.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import { counted } from '../text/count.ts'
import { listNames } from '../text/list-names.ts'
import { countTruncation } from './count-truncation.ts'
import type { LoadedTask } from './loaded-task.ts'
import { truncationWarning } from './truncation-warning.ts'

type OnNotice = (notice: string) => void

/** The warning for tokenizers that end each text with a token of their own, such as eos; it changes lm-eval's split too. */
export function tokensBehindWarning(encoder: Encoder): string[] {
  const ids = tokensBehind(encoder)
  return ids.length === 0
    ? []
    : [
        `warning: the tokenizer appends the token ${ids.join(', ')} to each text; as in lm-eval, prompts end with it and choices lose as many tokens at their beginning: set add_eos_token to false in tokenizer_config.json, or change the post_processor in tokenizer.json`,
      ]
}

/** What of a corpus is not scored: the papers' scripts drop its last part too. */
export function leftOverNotice(task: string, tokens: number): string[] {
  return tokens === 0
    ? []
    : [`${task}: the last ${counted(tokens, 'token')} of the text ${tokens === 1 ? 'fills' : 'fill'} no window and ${tokens === 1 ? 'is' : 'are'} not scored`]
}

/** Warns once of each task's prompts that are longer than the window, as soon as the whole task is encoded. */
export function warnOfTruncation({ task, parts, shotCount }: LoadedTask, { totals }: EncodedAhead, maxLength: number, onNotice: OnNotice): void {
  const name = parts.length === 1 ? parts[0]!.name : task.name
  const items = parts.flatMap((part) => part.items)
  void totals.then(
    ({ tokensCut, tokensLeftOver }) => {
      const truncation = countTruncation(items, tokensCut)
      if (truncation.itemCount > 0) onNotice(truncationWarning(truncation, { name, itemCount: items.length, shotCount, maxLength }))
      for (const notice of leftOverNotice(name, tokensLeftOver)) onNotice(notice)
    },
    // The failure is handled where the tokens are used.
    () => {},
  )
}

/** Reports each item without a response, by name and with the reason; returns the names. */
export function reportFailed({ parts }: LoadedTask, failed: ReadonlyMap<number, string>, onNotice: OnNotice): string[] {
  const names = new Map<string, string>()
  let next = 0
  for (const { name, items } of parts)
    for (const { docId, requests } of items) {
      for (let request = next; request < next + requests.length; request++) if (failed.has(request)) names.set(`${name} ${docId}`, failed.get(request)!)
      next += requests.length
    }
  for (const [name, reason] of names) onNotice(`item ${name} has no response: ${reason}`)
  return [...names.keys()]
}

/** The failure of a run in which these items have no response; undefined if all have one. */
export function failedItemsError(names: readonly string[]): EngineError | undefined {
  if (names.length === 0) return undefined
  return new EngineError(
    `${counted(names.length, 'item has', 'items have')} no response: ${listNames(names, 10)}`,
    'The scores are over the other items; the reasons are printed above. Run it again when the server works.',
  )
}
