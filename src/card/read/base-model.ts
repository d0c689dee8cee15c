/** The base model that a card's front matter names. */
import type { Card } from './read-card.ts'

/** The model that a card says its own was made from; null if it names none, or several. */
export function baseModelOf({ frontMatter }: Card): string | null {
  const content: unknown = frontMatter?.content
  const base = typeof content === 'object' && content !== null ? (content as Record<string, unknown>)['base_model'] : undefined
  const only: unknown = Array.isArray(base) && base.length === 1 ? base[0] : base
  return typeof only === 'string' ? only : null
}
