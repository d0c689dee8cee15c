/** Token embeddings. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'
import { norm, type NormConfig } from './norm.ts'
import { project } from './project.ts'

/** Hidden states [N, hidden] of token ids [N] at positions [N]. */
export function embedTokens(
  model: Block<NormConfig & Pick<ModelConfig, 'tensorNames' | 'embeddingScale' | 'positionOffset'>>,
  tokenIds: string,
  positions: string,
): string {
  const { embeddingNorm } = model.config.tensorNames
  const embedded = withPositions(model, tokenIds, positions)
  return embeddingNorm === undefined ? embedded : norm(model, embeddingNorm, embedded)
}

function withPositions(
  { g, config, weights }: Block<Pick<ModelConfig, 'tensorNames' | 'embeddingScale' | 'positionOffset'>>,
  tokenIds: string,
  positions: string,
): string {
  const { embeddingScale, positionOffset = 0, tensorNames: names } = config
  const gathered = g.node('Gather', [weights.value(names.embeddings), tokenIds])
  const adapted = weights.adaptEmbeddings(g, names.embeddings, tokenIds, gathered)
  const widened = projectOutside({ g, config: { tensorNames: names }, weights }, names.embeddingProjection, adapted)
  const scaled = embeddingScale === undefined ? widened : g.node('Mul', [widened, weights.constant([embeddingScale])])
  if (names.positions === undefined) return scaled
  const all = weights.value(names.positions)
  const table = positionOffset === 0 ? all : g.node('Slice', [all, g.integers([positionOffset]), g.integers([2 ** 31]), g.integers([0])])
  return g.node('Add', [scaled, g.node('Gather', [table, positions])])
}

/** What a projection between embeddings and hidden states makes of `states`; the states themselves without one. */
export function projectOutside(block: Block<Pick<ModelConfig, 'tensorNames'>>, module: string | undefined, states: string): string {
  return module === undefined ? states : project(block, module, states)
}

/** The tensor that turns hidden states into logits: a tied head is the embeddings. */
export function headName({ tiedHead, tensorNames }: Pick<ModelConfig, 'tiedHead' | 'tensorNames'>): string {
  return tiedHead ? tensorNames.embeddings : tensorNames.head
}
