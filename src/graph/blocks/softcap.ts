/** Soft caps of scores and logits. */
import type { Block } from './block.ts'

/** cap × tanh(x ÷ cap); `values` themselves without a cap. */
export function softcap({ g, weights }: Pick<Block<unknown>, 'g' | 'weights'>, cap: number | undefined, values: string): string {
  if (cap === undefined) return values
  return g.node('Mul', [g.node('Tanh', [g.node('Div', [values, weights.constant([cap])])]), weights.constant([cap])])
}
