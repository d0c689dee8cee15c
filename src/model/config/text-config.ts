/**
 * A config.json with the language model under `text_config`, as models with other inputs have it. Text is scored with the language model alone, which is what
 * transformers computes if no image is given.
 */
import { CheckpointError } from '../../errors.ts'
import { lookUp } from '../../io/look-up.ts'

/** `model_type` of the whole model, and that of its language model if `text_config` does not name one. */
const TEXT_TYPES: Readonly<Record<string, string>> = { gemma3: 'gemma3_text', mistral3: 'mistral' }

/** Classes of the whole model, for files without `model_type`. */
const WHOLE_TYPES: Readonly<Record<string, string>> = { Gemma3ForConditionalGeneration: 'gemma3', Mistral3ForConditionalGeneration: 'mistral3' }

/** Fields of the whole file that win over those of its part: transformers reads them from there. */
const OUTER_FIELDS = ['quantization_config', 'tie_word_embeddings', 'dtype', 'torch_dtype']

/**
 * The fields of the language model as one flat object, and a notice; the content itself if it is flat already. Fails with CheckpointError if the file
 * is of such a model and has no `text_config`.
 */
export function languagePart(content: unknown, file: string, notices: string[]): unknown {
  const type = wholeType(content)
  if (type === undefined) return content
  const { text_config: part, ...whole } = content as Record<string, unknown>
  if (typeof part !== 'object' || part === null || Array.isArray(part))
    throw new CheckpointError(`${file}: model_type ${type} without text_config`, 'Compare it with the config.json of the model on the hub.')
  notices.push(`config.json is of ${type}: its language model is scored, which is under text_config; other parts are not used`)
  const outer = OUTER_FIELDS.filter((name) => whole[name] != null).map((name) => [name, whole[name]] as const)
  return { model_type: TEXT_TYPES[type], ...part, ...Object.fromEntries(outer), architectures: null }
}

function wholeType(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const { model_type: type, architectures } = content as { model_type?: unknown; architectures?: unknown }
  const named: unknown = type ?? (Array.isArray(architectures) ? lookUp(WHOLE_TYPES, String(architectures[0])) : undefined)
  return typeof named === 'string' && lookUp(TEXT_TYPES, named) !== undefined ? named : undefined
}

/** Prefixes of the language model's tensors in the weights of a whole model, older and newer, and what the language model alone has in their place. */
export const LANGUAGE_PREFIXES: readonly (readonly [string, string])[] = [
  ['language_model.', ''],
  ['model.language_model.', 'model.'],
]
