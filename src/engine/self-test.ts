/** Whether onnxruntime loads and computes on this machine. */
import { graphBuilder } from '../graph/builder.ts'
import type { Graph } from '../graph/onnx-model.ts'
import { startSessionProcess } from './session-process.ts'

/** What `diagnoseRuntime` found. */
export type RuntimeDiagnosis =
  | { readonly works: true; readonly version: string; /** Execution providers of the installed package. */ readonly providers: readonly string[] }
  | { readonly works: false; readonly reason: string }

/** Log-softmax of 0, 1, 2. */
const KNOWN_ANSWER = [0, 1, 2].map((logit) => logit - Math.log(1 + Math.E + Math.E ** 2))

/** Starts a session process and has it compute one known answer. */
export async function diagnoseRuntime(): Promise<RuntimeDiagnosis> {
  const session = startSessionProcess()
  try {
    const { runtimeVersion, providers } = await session.load(selfTestGraph(), { root: '.', isOptimized: true })
    const { output } = await session.run({})
    const values = [...(output as Float32Array)]
    const isRight = values.length === 3 && values.every((value, index) => Math.abs(value - KNOWN_ANSWER[index]!) < 1e-6)
    if (!isRight) return { works: false, reason: `log-softmax of [0, 1, 2] gives [${values.join(', ')}]` }
    return { works: true, version: runtimeVersion, providers }
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    session.end()
  }
}

function selfTestGraph(): Graph {
  const g = graphBuilder()
  g.output(g.node('LogSoftmax', [g.floats(Float32Array.of(0, 1, 2), [1, 3])], { axis: -1 }), 'output')
  return g.finish('self_test', [], [{ name: 'output', type: 'float', shape: [1, 3] }])
}
