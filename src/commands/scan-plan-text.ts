/** A dry run of a layer scan as text. */
import type { ScanPlan } from '../prune/scan/plan-scan.ts'
import { unitText } from '../prune/scan/scan-units.ts'
import { count, counted } from '../text/count.ts'
import { listNames } from '../text/list-names.ts'
import { layerLegend, tokenLegend } from './work-legend.ts'

/** The models, the passes, a line for each task, and what the counts mean. */
export function scanPlanText({ model, layerCount, units, passes, layers, tasks }: ScanPlan): string {
  const percent = Math.round((layers.computed / layers.asked) * 100)
  return [
    `${model}: ${counted(layerCount, 'layer')}; ${counted(units.length + 1, 'model')}: the whole one, and without ${listNames(units.map(unitText), 12)}`,
    `layers: ${count(layers.asked)} asked, ${count(layers.distinct)} distinct, ${count(layers.computed)} planned (${percent} %) in ${counted(passes.length, 'pass', 'passes')}`,
    ...tasks.map(
      ({ task, requests, tokensAsked, tokensDistinct, layerPassesAsked, layerPassesDistinct, layerPassesComputed }) =>
        `${task}: ${counted(requests, 'request')} · tokens: ${count(tokensAsked)} asked, ${count(tokensDistinct)} distinct · layer passes: ${count(layerPassesAsked)} asked, ${count(layerPassesDistinct)} distinct, ${count(layerPassesComputed)} planned`,
    ),
    tokenLegend({ withPlanned: false }),
    layerLegend(),
  ].join('\n')
}
