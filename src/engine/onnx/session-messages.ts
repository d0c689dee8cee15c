/** What the engine asks its session process, and what comes back. Typed arrays cross by structured clone. */
import type { PlacedNode } from '../devices/placement.ts'
import type { ProviderOption } from '../devices/providers/provider.ts'

/** What a session is for; a process holds one of each. */
export type SessionName = 'model' | 'GEMM benchmark'

/** A tensor that enters or leaves the graph. */
export interface SessionTensor {
  readonly type: 'float32' | 'int32' | 'int64' | 'bool'
  readonly values: Float32Array | Int32Array | BigInt64Array | Uint8Array
  readonly shape: readonly number[]
}

/** Tensors by the names of a graph's inputs. */
export type Feeds = Readonly<Record<string, SessionTensor>>

/** Loads a model into a session. The session of the same name is released first, so that two never hold memory at once. */
export interface LoadRequest {
  readonly session: SessionName
  /** An ONNX ModelProto. */
  readonly model: Uint8Array
  /** Folder that the paths of the model's external data are relative to. */
  readonly root: string
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads?: number | undefined
  /** Fold constants, fuse operators and keep freed memory: pays if a graph runs often, and holds weights as f32. */
  readonly isOptimized: boolean
  /** The CPU when absent. */
  readonly provider?: ProviderOption | undefined
  /** Run once after loading, to see where onnxruntime placed the nodes. The profile goes into the empty folder. */
  readonly probe?: { readonly feeds: Feeds; readonly profileFolder: string } | undefined
}

/** Part of every result. */
interface Measured {
  /** Peak memory of the process so far, in bytes. */
  readonly peakBytes: number
}

/** A session is ready. */
export interface LoadResult extends Measured {
  readonly runtimeVersion: string
  /** Execution providers of the installed package. */
  readonly providers: readonly string[]
  /** The nodes that the probe ran; empty without one. */
  readonly nodes: readonly PlacedNode[]
}

/** Runs a loaded graph once. */
export interface RunRequest {
  readonly session: SessionName
  readonly feeds: Feeds
}

/** A run ended. */
export interface RunResult extends Measured {
  /** How long the run took in the process, in milliseconds. */
  readonly elapsedMs: number
  /** Values of the graph's outputs, by name. */
  readonly outputs: Readonly<Record<string, SessionTensor['values']>>
}

/** The functions of the session process. */
export interface SessionMethods {
  load(request: LoadRequest): Promise<LoadResult>
  run(request: RunRequest): Promise<RunResult>
}
