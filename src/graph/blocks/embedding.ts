/** Token embeddings. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'

/** Hidden states [N, hidden] of token ids [N] at positions [N]. */
export function embedTokens(
  { g, config, weights }: Block<Pick<ModelConfig, 'tensorNames' | 'embeddingScale' | 'positionOffset'>>,
  tokenIds: string,
  positions: string,
): string {
  const { embeddingScale, positionOffset = 0, tensorNames: names } = config
  const gathered = g.node('Gather', [weights.value(names.embeddings), tokenIds])
  const adapted = weights.adaptEmbeddings(g, names.embeddings, tokenIds, gathered)
  const scaled = embeddingScale === undefined ? adapted : g.node('Mul', [adapted, weights.constant([embeddingScale])])
  if (names.positions === undefined) return scaled
  const all = weights.value(names.positions)
  const table = positionOffset === 0 ? all : g.node('Slice', [all, g.integers([positionOffset]), g.integers([2 ** 31]), g.integers([0])])
  return g.node('Add', [scaled, g.node('Gather', [table, positions])])
}

/** The tensor that turns hidden states into logits: a tied head is the embeddings. */
export function headName({ tiedHead, tensorNames }: Pick<ModelConfig, 'tiedHead' | 'tensorNames'>): string {
  return tiedHead ? tensorNames.embeddings : tensorNames.head
}
