/**
 * What a model family declares: which config.json is of the family, which fields it has with which defaults, its decoder, and how its checkpoints name
 * tensors. The rest of src/ reads the declaration.
 */
import { z } from 'zod'
import { commonFields } from './common-fields.ts'
import type { Decoder } from './decoder.ts'
import type { TensorNames } from './tensor-names.ts'

/** Checked config.json: the fields that every family has. */
export type CommonConfig = z.infer<z.ZodObject<typeof commonFields>>

/** What differs between the layers of a decoder. */
export type LayerFacts = Pick<Decoder, 'windows' | 'layerRopes' | 'experts'>

/** A family before its schema is built. */
interface FamilyDeclaration<Fields extends z.ZodRawShape> {
  /** `model_type` of config.json. */
  readonly modelType: string
  /** The class that transformers has for the family: an entry of `architectures`. */
  readonly architecture: string
  /** Names of that class in older checkpoints. */
  readonly olderArchitectures?: readonly string[]
  /** Fields beside the common ones, and common fields with a default of the family. */
  readonly fields: Fields
  /** Common fields by the names that this family has for them: `{ n_embd: 'hidden_size' }`. The common name wins if both are there. */
  readonly renamed?: Readonly<Record<string, string>>
  /**
   * Fields that other families read and transformers ignores for this one. Returns whether a value differs from the computation; then the user gets a notice.
   * A field that is neither here nor in `fields` is judged by its name (config/config-fields.ts).
   */
  readonly ignored: Readonly<Record<string, (value: unknown) => boolean>>
  /** Tensor names of its checkpoints. */
  readonly tensorNames: TensorNames
  /** The decoder of a config; errors name `file`, the path of config.json. Fails with CheckpointError if fields contradict each other. */
  readonly decoder: (config: Omit<CommonConfig, keyof Fields> & z.infer<z.ZodObject<Fields>>, file: string) => Decoder
  /**
   * Fields of config.json that depend on the number of a layer, for a model with only the layers `kept` of `decoder`: without them other layers would have
   * windows, rotary embedding or experts. Lists with one entry per layer and `layer` in their name need no mention.
   */
  readonly fieldsOfLayers?: (decoder: LayerFacts, kept: readonly number[]) => Readonly<Record<string, unknown>>
}

/** A model family. */
export interface Family extends Omit<FamilyDeclaration<z.ZodRawShape>, 'fields' | 'decoder'> {
  /** Checks config.json and fills in the defaults. Unknown fields pass. */
  readonly schema: z.ZodType<CommonConfig>
  /** Names of all fields that the family reads. */
  readonly fieldNames: ReadonlySet<string>
  /** `config` has passed the schema. */
  readonly decoder: (config: CommonConfig, file: string) => Decoder
}

/** Makes a family of its declaration. */
export function defineFamily<const Fields extends z.ZodRawShape>({ fields, decoder, ...rest }: FamilyDeclaration<Fields>): Family {
  const shape = { ...commonFields, ...fields }
  const schema = z.looseObject(shape) as unknown as z.ZodType<CommonConfig>
  const { renamed } = rest
  return {
    ...rest,
    schema: renamed ? z.preprocess((content) => withCommonNames(content, renamed), schema) : schema,
    fieldNames: new Set([...Object.keys(shape), ...Object.keys(renamed ?? {})]),
    decoder: (config, file) => decoder(config as unknown as Parameters<typeof decoder>[0], file),
  }
}

function withCommonNames(content: unknown, renamed: Readonly<Record<string, string>>): unknown {
  if (typeof content !== 'object' || content === null) return content
  const common = Object.entries(content).flatMap(([name, value]) => (Object.hasOwn(renamed, name) ? [[renamed[name]!, value]] : []))
  return { ...Object.fromEntries(common), ...content }
}
