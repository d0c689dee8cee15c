/** adapter_config.json of PEFT: checked, and everything refused that peft 0.21.2 would compute in another way than plain LoRA. */
import path from 'node:path'
import { z } from 'zod'
import { AdapterError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import { OutOfTime, timeLimit } from '../../io/time-limit.ts'
import { isOn } from '../config/off-values.ts'
import { readModelFile } from '../model-file.ts'

const CONFIG_FILE = 'adapter_config.json'

const pattern = z.record(z.string(), z.number().positive()).nullish()
const schema = z.looseObject({
  peft_type: z.string(),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  ensure_weight_tying: z.boolean().nullish(),
})

/** A checked adapter_config.json. */
export type AdapterConfig = z.infer<typeof schema>

/** Kinds of LoRA that compute something else, by the setting that turns each on. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  use_dora: 'DoRA',
  layer_replication: 'layer replication',
  use_qalora: 'QA-LoRA',
  use_bdlora: 'block-diagonal LoRA',
  alora_invocation_tokens: 'activated LoRA',
  arrow_config: 'Arrow',
  kasa_config: 'KaSA',
  monteclora_config: 'MonteCLoRA',
  lora_bias: 'LoRA with biases of its own',
  target_parameters: 'LoRA on single parameters',
  trainable_token_indices: 'trained token embeddings (trainable_token_indices)',
}

/** Initializations that do not change the base model's weights. All others do. */
const PLAIN_INITIALIZATIONS: readonly unknown[] = [true, false, null, undefined, 'gaussian', 'orthogonal', 'eva']

/** Reads the config of the adapter in `folder`. `isTied`: whether the head of its model is tied to the embeddings. Fails with AdapterError. */
export async function readAdapterConfig(folder: string, isTied: boolean): Promise<AdapterConfig> {
  const file = path.join(folder, CONFIG_FILE)
  const text = await readModelFile(folder, CONFIG_FILE)
  if (!text)
    throw new AdapterError(
      `no adapter in ${folder}: cannot read ${CONFIG_FILE}`,
      `Give a folder with ${CONFIG_FILE} and adapter_model.safetensors, as PEFT saves them.`,
    )
  let content: unknown
  try {
    content = parseJson(text.toString('utf8'))
  } catch (cause) {
    throw new AdapterError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  const type = (content as { peft_type?: unknown } | null)?.peft_type
  if (typeof type === 'string' && type !== 'LORA') throw new AdapterError(`${file}: an adapter of type ${type} is not supported`, 'Supported: LORA.')
  const checked = schema.safeParse(content)
  if (!checked.success) throw new AdapterError(`${file} is malformed: ${z.prettifyError(checked.error)}`, 'Save the adapter again with save_pretrained().')
  checkKind(checked.data, isTied, folder)
  return checked.data
}

function checkKind(config: AdapterConfig, isTied: boolean, folder: string): void {
  const unsupported = (what: string, hint: string) => new AdapterError(`${folder}: ${what} is not supported`, hint)
  for (const [setting, kind] of Object.entries(OTHER_KINDS))
    if (isOn(config[setting])) throw unsupported(kind, 'Supported: plain LoRA, with or without rslora.')
  if (!PLAIN_INITIALIZATIONS.includes(config.init_lora_weights)) {
    throw unsupported(
      `init_lora_weights ${String(config.init_lora_weights)}, which changes the base model,`,
      'Save it with path_initial_model_for_weight_conversion: then it is a plain LoRA.',
    )
  }
  if (config.ensure_weight_tying && isTied) throw unsupported('ensure_weight_tying on a tied head', 'Merge the adapter into the model with merge_and_unload().')
}

/** Longest time to match one pattern with one name, in milliseconds: a pattern is untrusted input and may take forever. */
const MAX_MATCH_MS = 1000
const limit = timeLimit(MAX_MATCH_MS)

/** Rank of a module's pair, and the scale of its product: α ÷ rank, or α ÷ √rank with rslora. Fails with AdapterError on an unusable pattern. */
export function rankAndScale(config: AdapterConfig, module: string, folder: string): { readonly rank: number; readonly scale: number } {
  const rank = patternValue(config.rank_pattern, module, folder) ?? config.r
  const alpha = patternValue(config.alpha_pattern, module, folder) ?? config.lora_alpha
  return { rank, scale: alpha / (config.use_rslora ? Math.sqrt(rank) : rank) }
}

/** The value of the first pattern that matches the end of a module's name: peft `get_pattern_key`. */
function patternValue(patterns: Readonly<Record<string, number>> | null | undefined, module: string, folder: string): number | undefined {
  for (const [key, value] of Object.entries(patterns ?? {})) {
    try {
      if (limit(() => new RegExp(`^(?:.*\\.)?(?:${key})$`, 'u').test(module))) return value
    } catch (cause) {
      const reason = cause instanceof OutOfTime ? `takes longer than ${MAX_MATCH_MS / 1000} s` : 'is not a valid regular expression'
      throw new AdapterError(`${folder}: the pattern ${JSON.stringify(key.slice(0, 100))} ${reason}`, `Use plain module names, such as ${module}.`, { cause })
    }
  }
  return undefined
}
