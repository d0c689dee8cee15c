/** The head: final norm, logits, and log-probabilities of the targets. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { ValueInfo } from '../onnx-model.ts'
import type { Block } from './block.ts'
import { headName } from './embedding.ts'
import type { LogProbs } from './log-probs.ts'
import { rmsNorm } from './norm.ts'

/** Inputs of the head: scored positions in C chunks of M positions with up to T targets each. */
export const HEAD_INPUTS: readonly ValueInfo[] = [
  /** Index, into the hidden states, of the token before each scored one. */
  { name: 'scored', type: 'int32', shape: ['C', 'M'] },
  /** Token ids whose log-probability is asked at that position. */
  { name: 'targets', type: 'int32', shape: ['C', 'M', 'T'] },
]

/** Outputs of the head: `log_probs`, natural logarithms, and `best`, the arg-max token. */
export const HEAD_OUTPUTS = [
  { name: 'log_probs', type: 'float', shape: ['C', 'M', 'T'] },
  { name: 'best', type: 'int64', shape: ['C', 'M'] },
] as const satisfies readonly ValueInfo[]

/** Adds the head over hidden states [N, hidden], a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
export function scoreHead(
  { g, config, weights }: Block<Pick<ModelConfig, 'normEpsilon' | 'tiedHead' | 'tensorNames'>>,
  hidden: string,
  logProbs: LogProbs,
): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const normed = rmsNorm({ g: body, config, weights }, config.tensorNames.finalNorm, scored)
  const logits = weights.adapt(body, config.tensorNames.head, normed, body.node('Gemm', [normed, weights.value(headName(config))], { transB: 1 }))
  const { wanted, best } = logProbs(body, logits, body.node('Gather', ['targets', 'chunk']))
  const loop = body.finish(
    'score_chunk',
    [
      { name: 'chunk', type: 'int64', shape: [] },
      { name: 'chunk_going', type: 'bool', shape: [] },
    ],
    [
      { name: body.node('Identity', ['chunk_going']), type: 'bool', shape: [] },
      { name: wanted, type: 'float' },
      { name: best, type: 'int64' },
    ],
  )
  const chunkCount = g.node('Gather', [g.node('Shape', ['scored']), g.integers(0)])
  const [logProbsOut, bestOut] = g.nodes('Loop', [chunkCount, ''], 2, { body: { graph: loop } })
  g.output(logProbsOut!, 'log_probs')
  g.output(bestOut!, 'best')
}
