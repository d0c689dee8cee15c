/** Token embeddings. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'

/** Hidden states [N, hidden] of token ids [N]. */
export function embedTokens({ g, config, weights }: Block<Pick<ModelConfig, 'tensorNames'>>, tokenIds: string): string {
  const { embeddings } = config.tensorNames
  const embedded = g.node('Gather', [weights.value(embeddings), tokenIds])
  return weights.adaptEmbeddings(g, embeddings, tokenIds, embedded)
}

/** The tensor that turns hidden states into logits: a tied head is the embeddings. */
export function headName({ tiedHead, tensorNames }: Pick<ModelConfig, 'tiedHead' | 'tensorNames'>): string {
  return tiedHead ? tensorNames.embeddings : tensorNames.head
}
