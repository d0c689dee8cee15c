/** `--model hf --model_args pretrained=X,dtype=float32` as evalharness has it. */
import { UsageError } from '../../errors.ts'
import { lookUp } from '../../io/look-up.ts'
import { didYouMean } from '../../text/nearest-name.ts'
import {
  CHECKPOINT_KINDS,
  HF_ARGUMENTS,
  MODEL_FORMS,
  MODEL_KINDS,
  OTHER_KINDS,
  SERVER_ARGUMENTS,
  SERVER_KINDS,
  TRANSFORMERS_ARGUMENTS,
  type ModelArgument,
} from './model-arguments.ts'

/** A model in words of evalharness. */
export interface TranslatedModel {
  /** The value of `--model`. */
  readonly model: string
  /** Further options with their values. */
  readonly options: readonly string[]
  /** Arguments without effect, as sentences. */
  readonly notices: readonly string[]
}

/**
 * Translates a kind of model of lm-eval with its arguments, each as `name=value`, several with commas between. Fails with UsageError on what does not
 * exist here; values are not shown if they may be keys.
 */
export function translateModel(kind: string, given: readonly string[]): TranslatedModel {
  const known = argumentsOf(kind)
  const model = { source: '', revision: '', settings: [] as string[] }
  const options: string[] = []
  const notices: string[] = []
  for (const [name, value] of given.flatMap(splitArguments)) {
    const argument = lookUp(known, name)
    if (!argument) throw new UsageError(`--model_args has ${JSON.stringify(name)}, which is not known`, `${didYouMean(name, Object.keys(known))}Leave it out.`)
    const { as, harmless, says } = argument
    if (as.kind === 'source') model.source = value
    else if (as.kind === 'revision') model.revision = value
    else if (as.kind === 'setting') model.settings.push(`${as.setting}=${value}`)
    else if (as.kind === 'flag') options.push(...flagOf(as.option, value, { name, says }))
    else if (as.kind === 'option') options.push(...optionOf(as, value))
    else if (harmless?.includes(value)) continue
    else if (as.kind === 'refused' || harmless) throw new UsageError(`--model_args ${name}=${value} does not exist here`, says)
    else notices.push(`--model_args ${name} has no effect: ${says}`)
  }
  if (model.source === '') {
    const [source] = Object.entries(known).find(([, argument]) => argument.as.kind === 'source')!
    throw new UsageError(`--model ${kind} without ${source} names no model`, `Give --model_args ${source}=…, or --model NAME=FOLDER.`)
  }
  return { model: [withRevision(model.source, model.revision), ...model.settings].join(','), options, notices }
}

/** The error for a kind of model of lm-eval in the place of a model; undefined for any other name. */
export function explainModelKind(name: string): UsageError | undefined {
  if (!MODEL_KINDS.includes(name)) return undefined
  return new UsageError(`${JSON.stringify(name)} is lm-eval's name of a kind of models, not a model`, lookUp(OTHER_KINDS, name) ?? MODEL_FORMS)
}

/** Arguments of the kind. Fails with UsageError on a kind that does not exist here. */
function argumentsOf(kind: string): Readonly<Record<string, ModelArgument>> {
  if (CHECKPOINT_KINDS.includes(kind)) return { ...HF_ARGUMENTS, ...TRANSFORMERS_ARGUMENTS }
  if (SERVER_KINDS.includes(kind)) return SERVER_ARGUMENTS
  throw new UsageError(`--model_args goes with --model hf or local-completions, not with ${JSON.stringify(kind)}`, lookUp(OTHER_KINDS, kind) ?? MODEL_FORMS)
}

/** `pretrained=X,dtype=float32`, or the same as JSON. */
function splitArguments(text: string): [name: string, value: string][] {
  if (text.trimStart().startsWith('{')) return Object.entries(parseObject(text)).map(([name, value]) => [name, String(value)])
  return text
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const at = entry.indexOf('=')
      if (at < 1)
        throw new UsageError(`--model_args ${JSON.stringify(entry)} is not NAME=VALUE`, 'Give for example --model_args pretrained=OWNER/REPO,dtype=float32.')
      return [entry.slice(0, at).trim(), entry.slice(at + 1)]
    })
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw new UsageError('--model_args is not JSON', 'Give for example --model_args pretrained=OWNER/REPO,dtype=float32.', { cause })
  }
}

function optionOf({ option, values }: { readonly option: string; readonly values?: Readonly<Record<string, string>> }, value: string): string[] {
  const own = lookUp(values ?? {}, value) ?? value
  return own === '' ? [] : [`--${option}`, own]
}

/** None is the default. Fails with UsageError on what is not a truth value. */
function flagOf(option: string, value: string, { name, says }: { readonly name: string; readonly says: string }): string[] {
  if (value === 'None') return []
  if (!/^(?:true|false)$/iu.test(value)) throw new UsageError(`--model_args ${name}=${value} is neither True nor False`, says)
  return [value.toLowerCase() === 'true' ? `--${option}` : `--no-${option}`]
}

/** `main` is the default, and a folder has no revisions. */
function withRevision(source: string, revision: string): string {
  return revision === '' || revision === 'main' || revision === 'None' ? source : `${source}@${revision}`
}
