/** `resume`: the options of an interrupted run instead of new ones. */
import { UsageError } from '../errors.ts'
import { readManifest } from './manifest.ts'
import type { OnEvent, RunEvent } from './run-events.ts'
import { scoringOptions, type ScoringOptions } from './run-options.ts'

/** The options of the unfinished run that `place` names. Fails with UsageError if `asked` differs from the defaults. */
export async function resumedOptions(place: string, asked: ScoringOptions, onEvent: OnEvent<RunEvent>): Promise<ScoringOptions> {
  if (JSON.stringify(asked) !== JSON.stringify(scoringOptions.parse({})))
    throw new UsageError(
      '--resume repeats the options of the interrupted run',
      'Leave the other options out; only --json, --subsets and --check-determinism go with it.',
    )
  const { file, options } = await readManifest(place)
  onEvent({ kind: 'resumed', file, models: options.model, tasks: options.tasks })
  return options
}
