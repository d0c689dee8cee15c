/** Errors that a user can act on: each has a stable code, a message that names the value, and a hint that says what to do. */

/** Base of every error that the CLI prints as message and hint, without a stack. */
export class HarnessError extends Error {
  /** Stable, for machines. */
  readonly code: string
  /** What the user can do next. */
  readonly hint: string

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(shortened(message), options)
    this.name = new.target.name
    this.code = code
    this.hint = hint
  }
}

/** Messages name what is wrong in files of strangers, which may be of any length; honest ones have a few lines. */
const MOST_CHARACTERS = 4000

function shortened(message: string): string {
  return message.length <= MOST_CHARACTERS ? message : `${message.slice(0, MOST_CHARACTERS)}…`
}

/** The user ended the work; nobody is told anything but that. */
export class AbortError extends Error {}

/** What `work` gives, unless the signal comes first: then fails with AbortError at once, and what `work` does is let go. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(new AbortError('interrupted'))
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt))
  })
}

/** For `catch`: an interruption is no error where what it cut short can be done without. */
export function nullIfAborted(error: unknown): null {
  if (error instanceof AbortError) return null
  throw error
}

/** A model folder whose files are missing, damaged, or disagree with each other. */
export class CheckpointError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('CHECKPOINT', message, hint, options)
  }
}

/** An adapter that cannot be read, is of a kind that is not supported, or does not fit its model. */
export class AdapterError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('ADAPTER', message, hint, options)
  }
}

/** Rows that are missing, malformed, or not what the task expects. */
export class DatasetError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('DATASET', message, hint, options)
  }
}

/** The hub does not answer, refuses, or has no such repository or file. */
export class HubError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('HUB', message, hint, options)
  }
}

/** Options that do not make sense: an unknown task, a malformed value, two that exclude each other. */
export class UsageError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('USAGE', message, hint, options)
  }
}

/** A request that the model cannot answer, such as a continuation longer than its window. */
export class RequestError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('REQUEST', message, hint, options)
  }
}

/** The inference session cannot be made or fails while running. */
export class EngineError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('ENGINE', message, hint, options)
  }
}

/** All servers of a model are gone in the middle of a run: what was scored before is kept. */
export class ServerLostError extends EngineError {}

/** A results folder or file that cannot be written or read. */
export class StoreError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('STORE', message, hint, options)
  }
}

/** A search for layers to remove that came to nothing. */
export class PruneError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('PRUNE', message, hint, options)
  }
}

/** Runs that cannot be held against each other. */
export class CompareError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('COMPARE', message, hint, options)
  }
}

/** A policy that cannot be used, or a baseline that cannot be made. */
export class GateError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('GATE', message, hint, options)
  }
}

/** A model card that cannot be read or written. */
export class CardError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('CARD', message, hint, options)
  }
}
