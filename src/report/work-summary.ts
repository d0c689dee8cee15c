/** One line on how much a run computed and where its time went. */
import type { WorkRecord } from '../store/run-record.ts'

/** `tokens: 14,251 asked, 9,236 distinct, 9,241 computed (efficiency 1.00) · 1,530 tokens/s · load 3.1 s, …`. */
export function workSummary({ tokensAsked, tokensDistinct, tokensComputed, elapsedMs }: WorkRecord): string {
  const count = (value: number) => value.toLocaleString('en-US')
  // An interrupted run computed less than there was.
  const efficiency = tokensComputed >= tokensDistinct && tokensComputed > 0 ? ` (efficiency ${(tokensDistinct / tokensComputed).toFixed(2)})` : ''
  const rate = elapsedMs.engine > 0 ? ` · ${count(Math.round((tokensComputed / elapsedMs.engine) * 1000))} tokens/s` : ''
  const stages = Object.entries(elapsedMs).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(1)} s`)
  return `tokens: ${count(tokensAsked)} asked, ${count(tokensDistinct)} distinct, ${count(tokensComputed)} computed${efficiency}${rate} · ${stages.join(', ')}`
}
