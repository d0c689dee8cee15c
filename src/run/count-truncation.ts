/** Counts the prompts of a task that are longer than the window, over its items. */
import type { TruncationRecord } from '../store/run-record.ts'
import type { Item } from '../task/request.ts'

/** Items, and the tokens that were cut from their requests, by the index of the request among those of all items. */
export function countTruncation(items: readonly Pick<Item, 'requests'>[], tokensCut: ReadonlyMap<number, number>, firstRequest = 0): TruncationRecord {
  let [requestCount, itemCount, mostTokensLost] = [0, 0, 0]
  let next = firstRequest
  for (const { requests } of items) {
    const cut = requests.flatMap((_, index) => tokensCut.get(next + index) ?? [])
    next += requests.length
    requestCount += cut.length
    itemCount += cut.length > 0 ? 1 : 0
    mostTokensLost = Math.max(mostTokensLost, ...cut)
  }
  return { requestCount, itemCount, mostTokensLost }
}
