/** Options of lm-eval's `run` on the command line of evalharness: read as its own, or refused with what to do instead. */
import { UsageError } from '../errors.ts'
import { isOption } from './check-arguments.ts'
import { LM_EVAL_FLAGS, type Equivalent, type LmEvalFlag } from '../run/lm-eval/flags.ts'
import { translateModel } from '../run/lm-eval/translate-model.ts'
import { lookUp } from '../io/look-up.ts'
import { MODEL_KINDS } from '../run/lm-eval/model-arguments.ts'

/** Arguments in the words of evalharness. */
export interface TranslatedArguments {
  readonly args: readonly string[]
  /** Whether they differ in more than spelling. */
  readonly isTranslated: boolean
  /** Options without effect, as sentences. */
  readonly notices: readonly string[]
}

/**
 * Translates the options of a run. `own` are the options of evalharness and their letters, which win if lm-eval has another of the same name. Fails
 * with UsageError on options that cannot be translated.
 */
export function translateArguments(args: readonly string[], own: ReadonlySet<string>): TranslatedArguments {
  const result = { args: [] as string[], notices: [] as string[], isTranslated: false }
  const models: string[] = []
  const modelArguments: string[] = []
  let index = 0
  while (index < args.length) {
    const token = args[index++]!
    const { flag, written, inline } = flagOf(token, args[index], own)
    if (!flag) {
      result.args.push(token)
      continue
    }
    const values = inline === undefined ? takeValues(args, index, flag) : [inline]
    index += inline === undefined ? values.length : 0
    const { here } = flag
    if (here.kind === 'model') (flag.name === 'model' ? models : modelArguments).push(...(values.length > 0 ? values : ['']))
    else if (here.kind === 'option') {
      const isOwn = own.has(optionName(written))
      result.args.push(isOwn ? written.replaceAll('_', '-') : `--${here.option}`, ...ownValues(here, written, values))
      result.isTranslated ||= !isOwn
    } else if (here.kind === 'levels') result.args.push(...levelOptions(here.levels, written, values[0] ?? ''))
    else if (here.kind === 'refused') throw new UsageError(`${written}: ${here.because}`, here.instead)
    else result.notices.push(`${written} has no effect: ${here.because}`)
  }
  return withModels(result, models, modelArguments)
}

/** `--num_fewshot` is `num-fewshot`, `-f` is `f`. */
function optionName(written: string): string {
  return written.replace(/^--?/u, '').replaceAll('_', '-')
}

/** The flag of lm-eval that a token is: `--num_fewshot`, `--num-fewshot=5`, `-b`, `-b8`; none if evalharness has another option of that name. */
function flagOf(
  token: string,
  next: string | undefined,
  own: ReadonlySet<string>,
): { readonly flag?: LmEvalFlag | undefined; readonly written: string; readonly inline?: string } {
  const [, long, letter, rest] = /^(?:--([A-Za-z][^=]*)|-([A-Za-z]))(.*)$/su.exec(token) ?? []
  const isWord = letter !== undefined && own.has(optionName(token.split('=')[0]!)) && token.length > 2
  if (isWord || (long ?? letter) === undefined) return { written: token }
  const name = long?.replaceAll('-', '_')
  const flag = LM_EVAL_FLAGS.find((each) => (name === undefined ? each.short === letter : each.name === name))
  const written = long === undefined ? `-${letter}` : `--${long}`
  const isOther = flag && own.has(optionName(written)) && !isMeant(flag, next, own)
  const inline = rest === '' ? undefined : rest!.replace(/^=/u, '')
  return { flag: isOther ? undefined : flag, written, ...(inline !== undefined && { inline }) }
}

/** Whether lm-eval's flag is meant by a name that evalharness has too. */
function isMeant({ here }: LmEvalFlag, next: string | undefined, own: ReadonlySet<string>): boolean {
  if (here.kind === 'levels') return next !== undefined && Object.hasOwn(here.levels, next.toUpperCase())
  return here.kind === 'model' || (here.kind === 'option' && own.has(here.option))
}

/** The values after a flag, as many as it takes. */
function takeValues(args: readonly string[], from: number, { values }: LmEvalFlag): readonly string[] {
  if (values === 'none') return []
  const end = args.findIndex((arg, index) => index >= from && isOption(arg))
  const words = args.slice(from, end < 0 ? args.length : end)
  return values === 'several' ? words : words.slice(0, 1)
}

/** Options that a level stands for. Fails with UsageError on an unknown level. */
function levelOptions(levels: Readonly<Record<string, readonly string[]>>, written: string, level: string): readonly string[] {
  const options = lookUp(levels, level.toUpperCase())
  if (!options) throw new UsageError(`${written} ${level} is not a level`, `Give one of ${Object.keys(levels).join(', ')}.`)
  return options
}

/** The values as the option takes them: several with commas between. */
function ownValues({ unless }: Extract<Equivalent, { kind: 'option' }>, written: string, values: readonly string[]): string[] {
  const [first] = values
  const instead = first === undefined ? undefined : unless?.(first)
  if (instead !== undefined) throw new UsageError(`${written} ${first} is not accepted`, instead)
  return values.length > 1 ? [values.join(',')] : [...values]
}

/** The arguments with the models, which arguments of lm-eval describe. */
function withModels({ args, notices, isTranslated }: TranslatedArguments, models: readonly string[], modelArguments: readonly string[]): TranslatedArguments {
  if (modelArguments.length === 0) return { args: [...models.flatMap((model) => ['--model', model]), ...args], notices, isTranslated }
  const [kind = 'hf', another] = models
  if (another !== undefined || (!MODEL_KINDS.includes(kind) && /[=/\\.]/u.test(kind)))
    throw new UsageError(
      '--model_args is for lm-eval’s --model hf',
      `Write settings after the model (--model ${kind},quantize=nf4) and options of the run as such (--dtype f32).`,
    )
  const translated = translateModel(kind, modelArguments)
  return { args: ['--model', translated.model, ...translated.options, ...args], notices: [...translated.notices, ...notices], isTranslated: true }
}
