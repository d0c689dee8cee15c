/** What the engine and its session process say to each other. Typed arrays cross by structured clone. */

import type { Device } from '../devices/device.ts'
import type { PlacedNode } from '../devices/placement.ts'

/** What a session is for; a process holds one of each. */
export type SessionName = 'model' | 'bare products'

/** Makes a session; the one of that name before it is given up first, so that two never hold memory at once. */
export interface LoadMessage {
  readonly kind: 'load'
  readonly session: SessionName
  /** An ONNX ModelProto. */
  readonly model: Uint8Array
  /** Folder that the model's external data is relative to. */
  readonly root: string
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads?: number | undefined
  /** Fold constants and fuse operators: pays where a graph runs often, and holds weights as f32. */
  readonly isOptimized: boolean
  /** The CPU when absent. */
  readonly device?: Device | undefined
  /** Run once after loading to see where onnxruntime put the nodes; its profile goes into the empty folder. */
  readonly probe?: { readonly feeds: Readonly<Record<string, SessionTensor>>; readonly profileFolder: string } | undefined
}

/** A tensor that enters or leaves the graph. */
export interface SessionTensor {
  readonly type: 'float32' | 'int32' | 'int64' | 'bool'
  readonly values: Float32Array | Int32Array | BigInt64Array | Uint8Array
  readonly shape: readonly number[]
}

/** Runs a loaded graph once. */
export interface RunMessage {
  readonly kind: 'run'
  readonly session: SessionName
  readonly feeds: Readonly<Record<string, SessionTensor>>
}

export type Request = LoadMessage | RunMessage

interface Answered {
  /** The most memory that the process has held so far, in bytes. */
  readonly peakBytes: number
}

/** A session is there. */
export interface LoadedReply extends Answered {
  readonly kind: 'loaded'
  readonly runtimeVersion: string
  /** Execution providers of the installed package. */
  readonly providers: readonly string[]
  /** What the probe ran; empty without one. */
  readonly nodes: readonly PlacedNode[]
}

/** A run ended. */
export interface RanReply extends Answered {
  readonly kind: 'ran'
  /** How long the run took, in milliseconds, without the messages about it. */
  readonly elapsedMs: number
  /** Values of the graph's outputs, by name. */
  readonly outputs: Readonly<Record<string, SessionTensor['values']>>
}

export type Reply = LoadedReply | RanReply | { readonly kind: 'failed'; readonly message: string }
