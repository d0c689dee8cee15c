/** Whether the distributions of models can be compared, before anything is computed. */
import { UsageError } from '../errors.ts'
import { tokenizerIfAny } from '../model/checkpoint.ts'
import type { Encoder } from '../plan/encode.ts'
import { encoderOf, type EncodingOptions } from './encoder-of.ts'
import { inspectModel, type ModelSource } from './model-source.ts'

/** Fails with UsageError unless there are two models or more, on this machine, with the same vocabulary and token sequences. */
export async function checkComparable(models: readonly ModelSource[], options: EncodingOptions): Promise<void> {
  const [original, ...variants] = models
  if (!original || variants.length === 0)
    throw new UsageError(
      '--divergence compares models, and there is only one',
      'Give the original first: --model original=FOLDER --model nf4=FOLDER,quantize=nf4.',
    )
  const served = models.find((model) => model.served)
  if (served)
    throw new UsageError(`--divergence needs ${served.label}’s whole distributions, which a server does not give`, 'Give folders or hub repositories.')
  const expected = await vocabularyOf(original, options)
  for (const variant of variants) {
    const difference = differenceOf(expected, await vocabularyOf(variant, options))
    if (difference)
      throw new UsageError(
        `--divergence: ${original.label} and ${variant.label} have different ${difference.what}`,
        difference.hint ?? 'Leave --divergence out.',
      )
  }
}

/** What must be equal for two models to be asked the same at the same positions. */
interface Vocabulary {
  readonly size: number
  readonly tokenizerHash: string | undefined
  readonly encoder: Pick<Encoder, 'prefixToken' | 'maxLength'> | undefined
}

async function vocabularyOf(model: ModelSource, options: EncodingOptions): Promise<Vocabulary> {
  const { config, content } = (await inspectModel(model)).configFile
  const tokenizer = await tokenizerIfAny(model.folder, config, content)
  return { size: config.vocabularySize, tokenizerHash: tokenizer?.hash, encoder: tokenizer && encoderOf({ config, tokenizer }, options) }
}

function differenceOf(a: Vocabulary, b: Vocabulary): { readonly what: string; readonly hint?: string } | null {
  if (a.size !== b.size) return { what: `vocabularies, of ${a.size} and ${b.size} tokens` }
  if (a.tokenizerHash !== b.tokenizerHash)
    return { what: 'tokenizers', hint: 'If they tokenize alike, copy the files of the original’s tokenizer to the variant.' }
  const [before, after] = [a.encoder, b.encoder]
  if (before?.prefixToken !== after?.prefixToken) return { what: 'tokens before a text' }
  if (before?.maxLength === after?.maxLength) return null
  const common = Math.min(before!.maxLength, after!.maxLength)
  return { what: `windows, of ${before!.maxLength} and ${after!.maxLength} tokens`, hint: `Give --max-length ${common}.` }
}
