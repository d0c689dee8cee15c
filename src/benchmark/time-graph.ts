/** Times graphs on a device, each alone in a session. */
import { EngineError } from '../errors.ts'
import { providerOf, type Device } from '../engine/devices/device.ts'
import { operatorsOnCpu } from '../engine/devices/placement.ts'
import type { SessionTensor } from '../engine/onnx/session-messages.ts'
import { OutOfMemory, startSessionProcess, type SessionProcess } from '../engine/onnx/session-process.ts'
import type { Graph } from '../graph/onnx-model.ts'

/** A graph's time. */
export interface TimedGraph {
  readonly milliseconds: number | null
  readonly output: Float32Array | undefined
  readonly onCpu: readonly string[]
  readonly problem: string | null
}

/** Runs that are timed, at least and at most, and after how many milliseconds they end. */
const RUNS = { least: 3, most: 15, ms: 300 }

/** Runs one graph after the other in one process on a device. Dispose of it to end the process. */
export interface GraphTimer extends Disposable {
  /** A form that the device does not support is a result, not a failure. The next form gets a new process. */
  readonly time: (graph: Graph, feeds: Readonly<Record<string, SessionTensor>>, output: string) => Promise<TimedGraph>
}

/** `root` is the folder of the stored values that graphs name. */
export function openGraphTimer(device: Device, root: string): GraphTimer {
  const { sessionOption, mayRunOnCpu } = providerOf(device)
  let session: SessionProcess | undefined
  return {
    async time(graph, feeds, output) {
      session ??= startSessionProcess()
      try {
        const { nodes } = await session.load(graph, { root, isOptimized: true, provider: sessionOption(device.index), probe: feeds })
        const found = (await session.run(feeds))[output] as Float32Array
        const times: number[] = []
        const startedAt = performance.now()
        while (times.length < RUNS.least || (times.length < RUNS.most && performance.now() - startedAt < RUNS.ms))
          times.push(await session.time(feeds, 'model'))
        return {
          milliseconds: median(times),
          output: found,
          onCpu: mayRunOnCpu === 'all' ? [] : operatorsOnCpu(nodes, { operators: mayRunOnCpu }),
          problem: null,
        }
      } catch (error) {
        session.end()
        session = undefined
        if (!(error instanceof EngineError || error instanceof OutOfMemory)) throw error
        return { milliseconds: null, output: undefined, onCpu: [], problem: error.message }
      }
    },
    [Symbol.dispose]: () => session?.end(),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
