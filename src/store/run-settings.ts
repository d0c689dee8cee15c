/** The settings that determine a run's scores besides its tasks and their rows. Runs of different tasks are combined only when all of them are equal. */
import { z } from 'zod'

/** By name, as strings; `none` if the file does not say. */
export type RunSettings = ReadonlyMap<string, string>

const evalharnessSchema = z.looseObject({
  model: z.looseObject({
    source: z.string(),
    revision: z.string().nullable(),
    weightsHash: z.string().nullable(),
    weights: z.unknown().optional(),
    /** The name of `weights` in older files. */
    variant: z.unknown().optional(),
    tokenizerHash: z.string(),
    maxLength: z.number(),
  }),
  engine: z.looseObject({ dtype: z.unknown().optional() }).optional(),
  settings: z.looseObject({ rollingBos: z.unknown().optional(), addBosToken: z.unknown().optional() }).optional(),
})

/** The settings of a results file. */
export function settingsOf(results: Readonly<Record<string, unknown>>): RunSettings {
  const own = evalharnessSchema.safeParse(results.evalharness)
  return new Map(
    Object.entries({ ...(own.success ? ownSettings(own.data) : lmEvalSettings(results)), ...promptSettings(results) }).map(([name, value]) => [
      name,
      shown(value),
    ]),
  )
}

function ownSettings({ model, engine, settings }: z.infer<typeof evalharnessSchema>): Record<string, unknown> {
  return {
    tool: 'evalharness',
    // The folder may have moved, so it identifies the model only if the weights were not hashed.
    ...(model.weightsHash === null ? { model: model.source, revision: model.revision } : { weights: model.weightsHash }),
    weight_settings: model.weights ?? model.variant,
    tokenizer: model.tokenizerHash,
    window: model.maxLength,
    dtype: engine?.dtype,
    // Records from before the setting existed did as lm-eval does.
    rolling_bos: settings?.rollingBos ?? 'lm-eval',
    add_bos_token: settings?.addBosToken,
  }
}

/** Settings that change log-likelihoods; batch sizes, devices, limits and bootstrap seeds do not. */
function lmEvalSettings(results: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const config = (typeof results.config === 'object' && results.config !== null ? results.config : {}) as Readonly<Record<string, unknown>>
  return {
    tool: 'lm-eval',
    model: config.model,
    model_args: argumentsOf(config.model_args),
    model_name: results.model_name,
    model_sha: config.model_sha,
    model_dtype: config.model_dtype,
    max_length: results.max_length,
    gen_kwargs: config.gen_kwargs,
    fewshot_seed: config.fewshot_seed,
  }
}

/** How prompts were written: both tools have these fields. */
function promptSettings(results: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    system_instruction_sha: results.system_instruction_sha,
    chat_template_sha: results.chat_template_sha,
    fewshot_as_multiturn: results.fewshot_as_multiturn,
  }
}

/** `a=1,b=2` or an object, in any order. */
function argumentsOf(given: unknown): unknown {
  if (typeof given === 'string') return given.split(',').toSorted().join(',')
  if (typeof given !== 'object' || given === null) return given
  return Object.entries(given)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .toSorted()
    .join(',')
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Settings that differ, in words. */
export function differingSettings(a: RunSettings, b: RunSettings): string[] {
  const names = [...new Set([...a.keys(), ...b.keys()])]
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
  return names.flatMap((name) => {
    const [left, right] = [a.get(name) ?? 'none', b.get(name) ?? 'none']
    return left === right ? [] : [`${name} ${short(left)} against ${short(right)}`]
  })
}
