/**
 * Errors that a user can act on: one class per cause, each with a stable code, a message that names the value, and a hint that says what to do.
 */

/** Base of every error that the CLI prints as message and hint, without a stack. */
export abstract class HarnessError extends Error {
  /** Stable name of the cause, for programs. */
  abstract readonly code: string
  /** What the user can do next. */
  readonly hint: string

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(shortened(message), options)
    this.name = new.target.name
    this.hint = hint
  }
}

/** Messages quote untrusted input of any length. Ordinary messages have a few lines. */
const MAX_MESSAGE_CHARACTERS = 4000

function shortened(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…`
}

/** A model folder has missing or damaged files, or files that disagree with each other. */
export class CheckpointError extends HarnessError {
  readonly code = 'CHECKPOINT'
}

/** A LoRA adapter cannot be read, is of an unsupported kind, or does not fit its model. */
export class AdapterError extends HarnessError {
  readonly code = 'ADAPTER'
}

/** Rows of a dataset are missing, malformed, or not what the task expects. */
export class DatasetError extends HarnessError {
  readonly code = 'DATASET'
}

/** The hub cannot be reached, refuses access, or does not have the repository or file. */
export class HubError extends HarnessError {
  readonly code = 'HUB'
}

/** An option has an unknown or malformed value, or contradicts another option. */
export class UsageError extends HarnessError {
  readonly code = 'USAGE'
}

/** The model cannot score a request, such as a continuation that is longer than its context window. */
export class RequestError extends HarnessError {
  readonly code = 'REQUEST'
}

/** An inference session cannot be created, or fails while it runs. */
export class EngineError extends HarnessError {
  readonly code = 'ENGINE'
}

/** All servers of a model failed during a run. The responses received before are stored. */
export class ServerLostError extends EngineError {}

/** A file that evalharness writes (results, weights, temporary files) cannot be written or read. */
export class StoreError extends HarnessError {
  readonly code = 'STORE'
}

/** A search for layers to merge found none. */
export class PruneError extends HarnessError {
  readonly code = 'PRUNE'
}

/** Two runs cannot be compared. */
export class CompareError extends HarnessError {
  readonly code = 'COMPARE'
}

/** A gate policy or baseline cannot be used. */
export class GateError extends HarnessError {
  readonly code = 'GATE'
}

/** A model card cannot be read or written. */
export class CardError extends HarnessError {
  readonly code = 'CARD'
}

/** The work was cancelled, by Ctrl-C or by the caller's AbortSignal. Not a HarnessError: there is nothing to fix. */
export class AbortError extends Error {
  override readonly name = 'AbortError'

  constructor() {
    super('cancelled')
  }
}

/** The result of `work`; fails with AbortError as soon as the signal is aborted. `work` itself goes on unobserved. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AbortError())
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Handler for `catch`: null when the work was cancelled; every other error is thrown again. */
export function nullIfAborted(error: unknown): null {
  if (error instanceof AbortError) return null
  throw error
}
