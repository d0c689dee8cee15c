/** Measures the forms of one layer's attention side by side. */
import { graphType } from '../engine/devices/dtype.ts'
import { int32 } from '../engine/onnx/feeds.ts'
import type { SessionTensor } from '../engine/onnx/session-messages.ts'
import { planBatches, type Batch } from '../plan/batches.ts'
import { layOutRows, type RowLayout } from '../plan/row-layout.ts'
import type { Sequence } from '../plan/sequence.ts'
import { ATTENTION_FORMS, attentionFeeds, attentionGraph, canHaveRows, wholeLayout, type AttentionFormName } from './attention-forms.ts'
import { figures, LEAST_FORM_MS, SCALE_OF_ONE, type OnRecord, type SuspectJob, type ValuesFile } from './suspect-record.ts'
import { openGraphTimer } from './time-graph.ts'
import { syntheticWorkload } from './workload.ts'

/** Measures each form on batches of three workloads; the first form's values are those that the others are compared with. */
export async function measureAttention(job: SuspectJob, values: ValuesFile, onRecord: OnRecord): Promise<void> {
  const { config } = job.size
  const type = graphType(job.dtype)
  using timer = openGraphTimer(job.device, values.root)
  for (const name of ['piqa', 'mmlu', 'wikitext'] as const) {
    let expected: Float32Array | undefined
    for (const { form, on, batch, layout } of attentionCases(name, job)) {
      const tokenCount = batch.tree.tokenIds.length
      const graph = attentionGraph(form, { config, type, tokenCount, chunkCount: layout.chunks.length, values })
      const feeds = { ...attentionFeeds(config, batch, layout), shown: shownTokens(tokenCount), scale: SCALE_OF_ONE }
      const measured = await job.budget.step({ what: `attention, ${on}, ${form}`, leastMs: LEAST_FORM_MS }, () => timer.time(graph, feeds, 'states'))
      if (!measured) continue
      expected ??= measured.output
      onRecord({ suspect: 'attention', on, form, ...figures(measured, expected) })
    }
  }
}

interface AttentionCase {
  readonly form: AttentionFormName
  /** The workload and the layout, in words. */
  readonly on: string
  readonly batch: Batch
  readonly layout: RowLayout
}

/** Each layout of a workload's first batch, with each form that can compute it. */
function* attentionCases(name: 'piqa' | 'mmlu' | 'wikitext', { size: { config }, tokenCount }: SuspectJob): Iterable<AttentionCase> {
  const { title, sequences } = syntheticWorkload(name, name === 'wikitext' ? 1 : 200, config.vocabularySize)
  const cut = name === 'wikitext' ? sequences.map((sequence) => beginning(sequence, tokenCount)) : sequences
  const batch = planBatches(cut, tokenCount).batches[0]!
  const isLinear = batch.tree.depths.every((depth, node) => depth === node)
  // As the engine lays them out: chunks of 512 MiB of scores.
  const layouts = { rows: layOutRows(batch.tree, 2 ** 27 / config.headCount), whole: wholeLayout(batch) }
  for (const [layoutName, layout] of Object.entries(layouts))
    for (const form of ATTENTION_FORMS) if (fits(form, layoutName, isLinear)) yield { form, on: `${title}, ${layoutName}`, batch, layout }
}

/** Indices of 64 tokens, from the first to the last. */
function shownTokens(tokenCount: number): SessionTensor {
  return int32(
    Int32Array.from({ length: 64 }, (_, index) => Math.floor((index * (tokenCount - 1)) / 63)),
    64,
  )
}

function beginning({ input, targets }: Sequence, count: number): Sequence {
  return { input: input.subarray(0, count), targets: targets.subarray(0, count) }
}

function fits(form: AttentionFormName, layout: string, isLinear: boolean): boolean {
  if (layout === 'rows') return canHaveRows(form)
  return isLinear || !form.endsWith('causal')
}
