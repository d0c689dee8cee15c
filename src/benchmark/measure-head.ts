/** Measures the forms of the language model head side by side. */
import { graphType } from '../engine/devices/dtype.ts'
import { int32 } from '../engine/onnx/feeds.ts'
import { HEAD_FORMS, headGraph } from './head-forms.ts'
import { figures, LEAST_FORM_MS, SCALE_OF_ONE, type OnRecord, type SuspectJob, type ValuesFile } from './suspect-record.ts'
import { openGraphTimer } from './time-graph.ts'

/** Measures each form on two numbers of positions; the first form of log-probabilities is the one that the others are compared with. */
export async function measureHead({ device, size, dtype, budget }: SuspectJob, values: ValuesFile, onRecord: OnRecord): Promise<void> {
  using timer = openGraphTimer(device, values.root)
  for (const positions of [256, 1024]) {
    let expected: Float32Array | undefined
    for (const form of HEAD_FORMS) {
      const on = `${positions} positions`
      const graph = headGraph(form, { config: size.config, type: graphType(dtype), positions, values, spread: 2 ** 20 })
      const targets = int32(
        Int32Array.from({ length: positions }, (_, index) => (index * 7) % size.config.vocabularySize),
        positions,
        1,
      )
      const measured = await budget.step({ what: `head, ${on}, ${form}`, leastMs: LEAST_FORM_MS }, () =>
        timer.time(graph, { targets, scale: SCALE_OF_ONE }, 'log_probs'),
      )
      if (!measured) continue
      const isLogProb = form !== 'product alone'
      if (isLogProb) expected ??= measured.output
      onRecord({ suspect: 'head', on, form, ...figures(measured, isLogProb ? expected : undefined) })
    }
  }
}
