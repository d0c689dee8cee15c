/** `resume`: the options of an interrupted run instead of new ones. */
import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../errors.ts'
import { quoted } from '../text/command-text.ts'
import { readManifest } from './manifest.ts'
import { listOptions } from './option-table.ts'
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
  onEvent({ kind: 'resumed', file, models: options.model, tasks: options.tasks, others: otherOptions(options) })
  return options
}

/** The options besides models and tasks that differ from the defaults, as the command line has them. */
export function otherOptions(options: ScoringOptions): string[] {
  const [given, defaults] = [options, scoringOptions.parse({})].map((each) => new Map<string, unknown>(Object.entries(each)))
  return listOptions(scoringOptions).flatMap(({ key, name }) => {
    const value = given!.get(key)
    if (key === 'model' || key === 'tasks' || isDeepStrictEqual(value, defaults!.get(key))) return []
    if (value === true || value === '') return [`--${name}`]
    if (value === false) return [`--no-${name}`]
    return (Array.isArray(value) ? value : [value]).map((one) => `--${name} ${quoted(typeof one === 'string' ? one : JSON.stringify(one))}`)
  })
}
