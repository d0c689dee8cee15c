/** Errors that a user can act on: each has a stable code, a message that names the value, and a hint that says what to do. */

/** Base of every error that the CLI prints as message and hint, without a stack. */
export class HarnessError extends Error {
  /** Stable, for machines. */
  readonly code: string
  /** What the user can do next. */
  readonly hint: string

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.hint = hint
  }
}

/** A model folder whose files are missing, damaged, or disagree with each other. */
export class CheckpointError extends HarnessError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super('CHECKPOINT', message, hint, options)
  }
}
