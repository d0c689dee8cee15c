/** Forms of the head, the part after a model's last layer, as graphs that compute nothing else. */
import { graphBuilder } from '../graph/builder.ts'
import { deviceLogProbs, plainLogProbs } from '../graph/blocks/log-probs.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph } from '../graph/onnx-model.ts'
import type { ModelConfig } from '../model/config/config.ts'
import { storeValues, type StoredValues } from './stored-values.ts'

/** Only the product; with the model's log-softmax (single operators, f32); with one log-softmax operator, in the type of the logits or in f32. */
export const HEAD_FORMS = ['product alone', 'as the model has it', 'LogSoftmax', 'LogSoftmax in f32'] as const
export type HeadFormName = (typeof HEAD_FORMS)[number]

/** One measurement: the number of positions with logits. */
export interface HeadCase {
  readonly config: Pick<ModelConfig, 'hiddenSize' | 'vocabularySize'>
  readonly type: FloatType
  readonly positions: number
  readonly values: StoredValues
  /** Bytes between the values of the states and those of the head. */
  readonly spread: number
}

/** Takes `scale` [1] and `targets` [positions, 1]; returns `log_probs` [positions, 1] in f32. The form with only the product returns logits. */
export function headGraph(form: HeadFormName, { config, type, positions, values, spread }: HeadCase): Graph {
  const g = graphBuilder()
  const states = storeValues(g, values, { name: 'states', shape: [positions, config.hiddenSize], type })
  const head = storeValues(g, values, { name: 'head', shape: [config.vocabularySize, config.hiddenSize], type, spread })
  const logits = g.node('Gemm', [states, head], { transB: 1 })
  const exact = (value: string) => g.node('Cast', [value], { to: DATA_TYPE.float })
  const wanted = () => {
    switch (form) {
      case 'product alone':
        return g.node('GatherElements', [logits, 'targets'], { axis: 1 })
      case 'as the model has it':
        return deviceLogProbs(g, logits, 'targets').wanted
      case 'LogSoftmax':
        return plainLogProbs(g, logits, 'targets').wanted
      case 'LogSoftmax in f32':
        return plainLogProbs(g, exact(logits), 'targets').wanted
    }
  }
  g.output(exact(wanted()), 'log_probs')
  const inputs = [
    { name: 'scale', type: 'float', shape: [1] },
    { name: 'targets', type: 'int32', shape: [positions, 1] },
  ] as const
  return { ...g.finish('head', inputs, [{ name: 'log_probs', type: 'float', shape: [positions, 1] }]), opsetVersion: DEVICE_OPSET_VERSION }
}
