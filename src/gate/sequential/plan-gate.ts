/** A dry run of the gate: what drawing items in a random order would cost, without weights and without scoring. */
import { GateError, unlessAborted } from '../../errors.ts'
import { encodeAhead } from '../../run/encode-ahead.ts'
import { openPlanner, type Planner } from '../../run/open-planner.ts'
import { parseStrictly } from '../../run/option-table.ts'
import { inChunks } from '../../run/task-requests.ts'
import { nextBlock } from './drawing.ts'
import { blocksOf } from './draw-items.ts'
import type { JudgeModelOptions } from './judge-model.ts'
import { modelOptions } from './model-options.ts'
import { itemName, type Population } from './population.ts'
import { prepareGate, type PreparedGate } from './prepare-gate.ts'

/** The cost of one task or group. */
export interface GatePlan {
  readonly task: string
  readonly itemCount: number
  /** Tokens that are computed if all items are scored at once, of both models if the baseline's is scored too. */
  readonly tokensAtOnce: number
  /** Tokens that are computed up to a number of drawn items, after each block. */
  readonly blocks: readonly { readonly items: number; readonly tokens: number }[]
}

/** Plans a gate. Fails as `judgeModel` does before it scores. */
export async function planGate({ definedTasks, onEvent = () => {}, signal, baseline, baselines, policy, ...given }: JudgeModelOptions): Promise<GatePlan[]> {
  const options = parseStrictly(modelOptions, given)
  const prepared = await prepareGate({ baseline, baselines, policy, options, definedTasks, onEvent, signal }, 'planning')
  const planners: Planner[] = []
  // The baseline's model is scored too if rules are about distributions.
  for (const model of [prepared.model, ...(prepared.original ? [prepared.original] : [])]) {
    const planner = await unlessAborted(openPlanner(model, prepared.evaluateOptions), signal)
    if (!planner) throw new GateError(`no tokenizer.json in ${model.folder}`, 'Tokens are counted with it.')
    planners.push(planner)
  }
  const plans: GatePlan[] = []
  for (const { population } of prepared.ruled) plans.push(await planPopulation(population, prepared, planners, options.maxItems))
  return plans
}

async function planPopulation(
  { name, drawn }: Population,
  { loadedTasks }: PreparedGate,
  planners: readonly Planner[],
  maxItems = Infinity,
): Promise<GatePlan> {
  const tokensOf = async (from: number, to: number) => {
    const wanted = new Set(drawn.slice(from, to).map(({ part, item }) => itemName(part, item.docId)))
    const blocks = blocksOf(loadedTasks, wanted).map((block) => inChunks(block, 1))
    let tokens = 0
    for (const planner of planners) {
      for (const { chunks } of encodeAhead(blocks, planner.encoder))
        for (const chunk of chunks) tokens += planner.planWork((await chunk.encoded).sequences).tokensComputed
    }
    return tokens
  }
  const most = Math.min(drawn.length, maxItems)
  const blocks: { readonly items: number; readonly tokens: number }[] = []
  for (let [items, tokens] = [0, 0]; items < most;) {
    const end = items + nextBlock(items, most)
    tokens += await tokensOf(items, end)
    blocks.push({ items: end, tokens })
    items = end
  }
  return { task: name, itemCount: drawn.length, tokensAtOnce: await tokensOf(0, drawn.length), blocks }
}
