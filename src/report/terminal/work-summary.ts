/** Lines on how much a run computed and where its time went. */
import { count, counted } from '../../text/count.ts'
import { rooflineShare, tokenEfficiency, type TaskWork, type WorkRecord } from '../../store/work-record.ts'
import type { DeterminismRecord, RunRecord, TaskRecord } from '../../store/run-record.ts'
import { mebibytes } from '../../text/byte-size.ts'

/** `770 items, 32,653 tokens in 40.1 s`: one model, from reading its weights to its scores. */
export function modelSummary({ tasks, work, elapsedMs }: Pick<RunRecord, 'tasks' | 'work' | 'elapsedMs'>): string {
  return scoringSummary({ ...work, itemCount: tasks.reduce((sum, { itemCount }) => sum + itemCount, 0), elapsedMs })
}

/** What was scored, and what it took. */
export interface Scoring extends Pick<TaskWork, 'tokensComputed' | 'cachedCount'> {
  readonly itemCount: number
  readonly elapsedMs: number
}

/** `10 items, 9,241 tokens in 6.1 s, 12 cached responses`. */
export function scoringSummary(scoring: Scoring): string {
  const { itemCount, tokensComputed, elapsedMs } = scoring
  return `${counted(itemCount, 'item')}, ${counted(tokensComputed, 'token')} in ${seconds(elapsedMs)}${cached(scoring)}`
}

/** `tokens: 14,251 asked, 9,236 distinct, 9,241 computed (efficiency 1.00) · 1,530 tokens/s (roofline 0.86)`, `layer passes: 513,036 asked, 332,496 distinct, 332,676 computed` (layers × tokens), and a line with the time by stage and the memory. */
export function workSummary(work: WorkRecord): string {
  const { tokensAsked, tokensDistinct, tokensComputed, elapsedMs, peakBytes } = work
  const counts = [
    tokensAsked === null ? [] : [`${count(tokensAsked)} asked`],
    tokensDistinct === null ? [] : [`${count(tokensDistinct)} distinct`],
    [`${count(tokensComputed)} computed`],
  ]
  const stages = Object.entries(elapsedMs).map(([stage, ms]) => `${stage} ${seconds(ms)}`)
  return `tokens: ${counts.flat().join(', ')}${cached(work)}${efficiency(work)}${rate({ ...work, engineMs: elapsedMs.engine })}${layerPasses(work)}\ntime: ${stages.join(', ')} · memory: ${mebibytes(peakBytes)}`
}

/** A line of its own; empty if the layers are not known. */
function layerPasses({ layerPassesAsked: asked, layerPassesDistinct: distinct, layerPassesComputed: computed }: WorkRecord): string {
  if (computed === null) return ''
  const counts = asked === null || distinct === null ? [] : [`${count(asked)} asked`, `${count(distinct)} distinct`]
  return `\nlayer passes: ${[...counts, `${count(computed)} computed`].join(', ')}`
}

/** `9,241 tokens in 6.0 s (efficiency 1.00) · 1,530 tokens/s (roofline 0.86)`: one task. */
export function taskWorkSummary(work: TaskWork): string {
  return `${count(work.tokensComputed)} tokens in ${seconds(work.engineMs)}${cached(work)}${efficiency(work)}${rate(work)}`
}

/** `100 items scored again in batches of 1,024 tokens: log-likelihoods differ by at most 3.1e-6 nats per token; 0 items flipped, 1 tie`. */
export function determinismSummary({ itemCount, batchTokens, largestDifference, flipCount, tieCount }: DeterminismRecord): string {
  const difference = `log-likelihoods differ by at most ${largestDifference.toExponential(1)} nats per token`
  const again = `${counted(itemCount, 'item')} scored again in batches of ${count(batchTokens)} tokens`
  return `${again}: ${difference}; ${counted(flipCount, 'item')} flipped, ${counted(tieCount, 'tie')}`
}

/** A line for each task with ties: `piqa: 2 ties in acc; the first of the best choices counts`. */
export function tieSummary(tasks: readonly Pick<TaskRecord, 'name' | 'ties'>[]): string[] {
  return tasks.flatMap(({ name, ties }) => {
    const found = Object.entries(ties).flatMap(([metric, tieCount]) => (tieCount > 0 ? [`${counted(tieCount, 'tie')} in ${metric}`] : []))
    return found.length === 0 ? [] : [`${name}: ${found.join(', ')}; the first of the best choices counts`]
  })
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

function cached({ cachedCount }: Pick<TaskWork, 'cachedCount'>): string {
  return cachedCount === 0 ? '' : `, ${count(cachedCount)} cached responses`
}

function efficiency(work: Pick<TaskWork, 'tokensDistinct' | 'tokensComputed'>): string {
  const share = tokenEfficiency(work)
  return share === null ? '' : ` (efficiency ${share.toFixed(2)})`
}

function rate(work: Pick<TaskWork, 'tokensComputed' | 'operations' | 'engineMs' | 'peakGemmRate'>): string {
  const { tokensComputed, engineMs } = work
  if (engineMs === 0 || tokensComputed === 0) return ''
  const share = rooflineShare(work)
  return ` · ${count(Math.round((tokensComputed / engineMs) * 1000))} tokens/s${share === null ? '' : ` (roofline ${share.toFixed(2)})`}`
}
