/** A dry run as text. */
import type { ModelOutline } from '../run/model-outline.ts'
import type { RunPlan, TaskPlan, TaskPrompts } from '../run/plan-run.ts'
import { isSchema } from '../task/request.ts'
import { byteSize } from '../text/byte-size.ts'
import { count, counted } from '../text/count.ts'
import { layerLegend, tokenLegend } from './work-legend.ts'

/** Most characters of a text that are printed. */
const MOST_SHOWN = 10_000

/** The first item's prompts of each task, a line for each model, a line for each model and task, and what their counts mean. */
export function planText({ prompts, models, plans, temporaryBytes }: RunPlan): string {
  const temporary = !temporaryBytes ? [] : [`--divergence: a temporary file of up to ${byteSize(temporaryBytes)} for hidden states`]
  return [...prompts.flatMap(promptLines), ...models.map(outlineLine), ...plans.map(planLine), ...legendLines(plans), ...temporary].join('\n')
}

function promptLines({ task, shots, items, requests, first }: TaskPrompts): string[] {
  const title = `── ${task} · ${items} items, ${shots} shots, ${requests} requests; the first item:`
  const [request] = first
  if (request!.kind !== 'continuation') return [title, shortened(request!.text)]
  const { context } = request!
  const asked = first.flatMap((each) => (each.kind === 'continuation' ? [each] : []))
  if (isSchema(asked)) return [title, ...asked.map((each) => `${each.context}\n  →${JSON.stringify(each.continuation)}`)]
  return [title, context, ...asked.map((choice) => `  →${choice.context === context ? '' : ' (without context)'}${JSON.stringify(choice.continuation)}`)]
}

/** The beginning of a long text. */
function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}… (${count(text.length)} characters)` : text
}

function outlineLine({ model, architecture, layers, parameters, window, memory }: ModelOutline): string {
  return `${model}: ${architecture}, ${layers} layers, ${count(parameters)} parameters, window of ${count(window)} tokens · memory on the CPU: about ${byteSize(memory.usual)}, ${byteSize(memory.least)} at the least (--memory)`
}

function planLine(plan: TaskPlan): string {
  const tokens = `${count(plan.tokensAsked)} asked, ${count(plan.tokensDistinct)} distinct, ${count(plan.tokensComputed)} planned in ${counted(plan.batches, 'batch', 'batches')}`
  return `${plan.model} · ${plan.task}: ${count(plan.requests)} requests · tokens: ${tokens}${layersText(plan)}${truncationText(plan)}`
}

function legendLines(plans: readonly TaskPlan[]): string[] {
  if (plans.length === 0) return []
  return [tokenLegend(), ...(plans.some(({ layerPassesAsked }) => layerPassesAsked !== null) ? [layerLegend()] : [])]
}

function layersText({ layerPassesAsked: asked, layerPassesDistinct: distinct, layerPassesComputed: planned }: TaskPlan): string {
  if (asked === null || distinct === null || planned === null) return ''
  return ` · layer passes: ${count(asked)} asked, ${count(distinct)} distinct, ${count(planned)} planned`
}

function truncationText({ truncation: { requestCount, itemCount, mostTokensLost } }: TaskPlan): string {
  if (itemCount === 0) return ''
  return ` · cut to the window: ${count(requestCount)} requests of ${count(itemCount)} items, by up to ${count(mostTokensLost)} tokens`
}
