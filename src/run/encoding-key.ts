/** What decides the tokens of a model. */
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import type { Encoder } from '../plan/encode.ts'

/** Equal for models that encode every request alike. */
export function encodingKey({ hash }: Pick<CheckpointTokenizer, 'hash'>, { prefixToken, maxLength, rollingBos, addBosToken }: Encoder): string {
  return `${hash} ${prefixToken} ${maxLength} ${rollingBos} ${String(addBosToken)}`
}
