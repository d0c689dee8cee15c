/** The parent's end of the session process: loads and runs graphs, and says what the process's end means. */
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError } from '../../errors.ts'
import { encodeModel, type Graph } from '../../graph/onnx-model.ts'
import { ChildEnded, RemoteError, startRpc, type ChildRpc } from '../../io/child-rpc.ts'
import { makeTemporaryFolder } from '../../io/temporary-folder.ts'
import { nativeMessages } from './native-messages.ts'
import type { Feeds, LoadRequest, LoadResult, RunResult, SessionMethods, SessionName } from './session-messages.ts'

/** Memory ran out, and the session process has ended or cannot be trusted any more. */
export class OutOfMemory extends Error {}

/** How a graph is loaded. */
export interface LoadOptions extends Omit<LoadRequest, 'model' | 'session' | 'probe'> {
  /** Run once after loading, to see where onnxruntime placed the nodes. */
  readonly probe?: Feeds | undefined
}

/** What the runtime says about itself. */
export type RuntimeInfo = Omit<LoadResult, 'peakBytes'>

let largestSession = 0

/** Peak memory, in bytes, of the largest session process of this program. */
export function peakSessionBytes(): number {
  return largestSession
}

/** A process that holds one session of each name. Its calls fail with OutOfMemory, or with EngineError on anything else. */
export interface SessionProcess {
  /** Makes a session of `graph`; releases the one of that name first. */
  readonly load: (graph: Graph, options: LoadOptions, session?: SessionName) => Promise<RuntimeInfo>
  /** Runs a session; returns the values of the graph's outputs, by name. */
  readonly run: (feeds: Feeds, session?: SessionName) => Promise<RunResult['outputs']>
  /** Runs a session and returns how long that took in the process, in milliseconds. */
  readonly time: (feeds: Feeds, session: SessionName) => Promise<number>
  /** Peak memory of the process, in bytes, as of its last response. */
  readonly peakBytes: () => number
  /** The last lines that libraries wrote to the process's standard error. */
  readonly nativeMessages: () => readonly string[]
  /** Ends the process at once, whatever it is doing. */
  readonly end: () => void
}

/** Starts the process; it holds nothing yet. */
export function startSessionProcess(): SessionProcess {
  // onnxruntime reports its use to Microsoft unless that is disabled, and leaves log files in the temporary directory.
  // NVIDIA's libraries multiply f32 matrices in TF32, of 10 bits, unless they are told not to: onnxruntime asks them to, and its Node package has no option.
  const env = { ORT_DISABLE_TELEMETRY: '1', ...process.env, NVIDIA_TF32_OVERRIDE: '0' }
  const rpc = startRpc<SessionMethods>({ module: 'onnx-session', beside: import.meta.url, env, standardError: 'pipe' })
  const messages = nativeMessages(rpc.standardError!)
  let peakBytes = 0
  const measured = async <R extends { readonly peakBytes: number }>(call: (rpc: ChildRpc<SessionMethods>) => Promise<R>): Promise<R> => {
    if (!rpc.isRunning()) throw new OutOfMemory('the session process is gone')
    const result = await call(rpc).catch((error: unknown) => explain(error, messages()))
    peakBytes = result.peakBytes
    largestSession = Math.max(largestSession, peakBytes)
    return result
  }
  return {
    load: async (graph, { probe: feeds, ...options }, session = 'model') => {
      // Made here, because the process may be killed at any moment.
      await using folder = feeds && makeTemporaryFolder('profile')
      const probe = feeds && folder && { feeds, profileFolder: folder.path }
      const request: LoadRequest = { session, model: encodeModel(graph), ...options, probe }
      const { runtimeVersion, providers, nodes } = await measured((process) => process.call('load', request))
      return { runtimeVersion, providers, nodes }
    },
    run: async (feeds, session = 'model') => (await measured((process) => process.call('run', { session, feeds }))).outputs,
    time: async (feeds, session) => (await measured((process) => process.call('run', { session, feeds }))).elapsedMs,
    peakBytes: () => peakBytes,
    nativeMessages: messages,
    end: () => rpc.kill(),
  }
}

/** Longer than the time between signals to two processes. */
const SIGNAL_DELAY_MS = 200

/** What allocators of the CPU, of WebGPU and of CUDA say: its own, onnxruntime's arena, cuBLAS and cuDNN. */
const OUT_OF_MEMORY =
  /bad_alloc|failed to allocate|out of memory|failed to create gpu buffer|smaller than requested bytes|(?:CUBLAS|CUDNN)_STATUS_(?:INTERNAL_ERROR_(?:DEVICE|HOST)_)?ALLOC(?:ATION)?_FAILED/iu

/** Whether an error of onnxruntime says that memory ran out. */
export function isOutOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message)
}

/** Fails with OutOfMemory or EngineError: what a failed call means. */
async function explain(error: unknown, messages: readonly string[]): Promise<never> {
  if (error instanceof ChildEnded) return explainEnd(error, messages)
  if (!(error instanceof RemoteError)) throw error
  if (isOutOfMemory(error.message)) throw new OutOfMemory(error.message)
  throw new EngineError(`onnxruntime failed: ${error.message}`, 'Run `evalharness doctor`; if the machine is fine, please report this with the model name.')
}

async function explainEnd({ how, code, signal }: ChildEnded, messages: readonly string[]): Promise<never> {
  // The system kills a process that takes too much memory; an allocation that fails inside a library aborts it.
  if (signal === 'SIGKILL' || signal === 'SIGABRT' || code === 137 || code === 134) throw new OutOfMemory(`the session process ended with ${how}`)
  // A scheduler may signal every process of the run: then the program has the signal too, and is about to handle it.
  if (signal !== null) await sleep(SIGNAL_DELAY_MS)
  const lines = messages.slice(-3).map((line) => `; ${line}`)
  throw new EngineError(`the session process ended with ${how}${lines.join('')}`, 'Run `evalharness doctor` to see whether onnxruntime works on this machine.')
}
