/** A command of lm-eval that is another one here, with the values that were given to it. */
import { isOption } from './check-arguments.ts'

/** Stands for the tasks in a command of LM_EVAL_COMMANDS. */
const NAME = 'NAME'
/** The options of lm-eval's `ls` and `validate`, in the spellings that they have. */
const TAKEN: ReadonlyMap<string, 'tasks' | 'include-path'> = new Map([
  ['tasks', 'tasks'],
  ['t', 'tasks'],
  ['include-path', 'include-path'],
])

/** `command` with the tasks and the folder of `args`; as it is without them. */
export function withGivenValues(command: readonly string[], args: readonly string[]): string[] {
  const written = [...command]
  for (const [index, token] of args.entries()) {
    const [, name, inline] = /^--?([^=]+)(?:=(.*))?$/su.exec(token) ?? []
    const option = TAKEN.get((name ?? '').replaceAll('_', '-'))
    const values = inline === undefined ? valuesAfter(args, index) : [inline]
    if (!isOption(token) || option === undefined || values.length === 0) continue
    if (option === 'include-path') written.push('--include-path', values[0]!)
    else if (written.includes(NAME)) written[written.indexOf(NAME)] = values.join(',')
  }
  return written
}

function valuesAfter(args: readonly string[], index: number): readonly string[] {
  const end = args.findIndex((arg, other) => other > index && isOption(arg))
  return args.slice(index + 1, end < 0 ? args.length : end)
}
