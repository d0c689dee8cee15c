/**
 * What a model family declares: which config.json is of the family, which fields it has with which defaults, the parts of its decoder, and how its
 * checkpoints name tensors. The rest of src/ reads the declaration.
 */
import { z } from 'zod'
import { commonFields } from './common-fields.ts'
import type { TensorNames } from './tensor-names.ts'

/** Checked config.json: the fields that every family has. */
export type CommonConfig = z.infer<z.ZodObject<typeof commonFields>>

/** Optional parts of a decoder, besides RMS norms, rotary embedding, grouped queries and a gated feed-forward. */
export interface Decoder {
  /** Biases on the projections of queries, keys and values. */
  readonly queryKeyValueBias?: boolean
  readonly attentionOutputBias?: boolean
  readonly feedForwardBias?: boolean
  /** RMS norm over each head of queries and keys. */
  readonly queryKeyNorm?: boolean
  /** Number of tokens that each layer attends to, itself included; Infinity without a sliding window. Absent: all layers attend to all tokens. */
  readonly windows?: readonly number[]
}

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
  /**
   * Fields that other families read and transformers ignores for this one. Returns whether a value differs from the computation; then the user gets a notice.
   * A field that is neither here nor in `fields` is judged by its name (config/config-fields.ts).
   */
  readonly ignored: Readonly<Record<string, (value: unknown) => boolean>>
  /** Tensor names of its checkpoints. */
  readonly tensorNames: TensorNames
  /** Parts of the decoder; errors name `file`, the path of config.json. Fails with CheckpointError if fields contradict each other. */
  readonly decoder: (config: Omit<CommonConfig, keyof Fields> & z.infer<z.ZodObject<Fields>>, file: string) => Decoder
}

/** A model family. */
export interface Family extends Omit<FamilyDeclaration<z.ZodRawShape>, 'fields' | 'decoder'> {
  /** Checks config.json and fills in the defaults. Unknown fields pass. */
  readonly schema: z.ZodType<CommonConfig>
  /** Names of all fields in the schema. */
  readonly fieldNames: ReadonlySet<string>
  /** `config` has passed the schema. */
  readonly decoder: (config: CommonConfig, file: string) => Decoder
}

/** Makes a family of its declaration. */
export function defineFamily<const Fields extends z.ZodRawShape>({ fields, decoder, ...rest }: FamilyDeclaration<Fields>): Family {
  const shape = { ...commonFields, ...fields }
  return {
    ...rest,
    schema: z.looseObject(shape) as unknown as z.ZodType<CommonConfig>,
    fieldNames: new Set(Object.keys(shape)),
    decoder: (config, file) => decoder(config as unknown as Parameters<typeof decoder>[0], file),
  }
}
