/** What the engine and its session process say to each other. Typed arrays cross by structured clone. */

/** Makes a session. */
export interface LoadMessage {
  readonly kind: 'load'
  /** An ONNX ModelProto. */
  readonly model: Uint8Array
  /** Folder that the model's external data is relative to. */
  readonly root: string
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads?: number
}

/** An input tensor of the graph. */
export interface FeedTensor {
  readonly type: 'int32' | 'int64'
  readonly values: Int32Array | BigInt64Array
  readonly shape: readonly number[]
}

/** Runs one batch. */
export interface RunMessage {
  readonly kind: 'run'
  readonly feeds: Readonly<Record<string, FeedTensor>>
}

/** Runs a graph without inputs whose result is known. */
export interface DiagnoseMessage {
  readonly kind: 'diagnose'
  readonly model: Uint8Array
}

export type Request = LoadMessage | RunMessage | DiagnoseMessage

export type Reply =
  | { readonly kind: 'loaded'; readonly runtimeVersion: string }
  | {
      readonly kind: 'scored'
      /** Natural log-probabilities, laid out like the feed `targets`. */
      readonly logProbs: Float32Array
      /** Arg-max token, laid out like the feed `scored`. */
      readonly best: BigInt64Array
    }
  | { readonly kind: 'diagnosed'; readonly runtimeVersion: string; readonly providers: readonly string[]; readonly output: Float32Array }
  | { readonly kind: 'failed'; readonly message: string }
