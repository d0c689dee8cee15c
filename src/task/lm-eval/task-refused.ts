/** A task of lm-eval that evalharness does not run. */
import { UsageError } from '../../errors.ts'

/** Why a task is refused. `reason` is one for many tasks: lists count by it. */
export class TaskRefused extends UsageError {
  readonly reason: string
  constructor(message: string, reason = message, hint = 'See docs/lm-eval-tasks.md for what is supported.') {
    super(message, hint)
    this.reason = reason
  }
}
