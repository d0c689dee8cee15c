/** Soft caps of scores and logits. */
import type { GraphBuilder } from '../builder.ts'

/** cap × tanh(x ÷ cap); `values` themselves without a cap. `constant` makes one value of the type of the graph. */
export function softcap(g: GraphBuilder, cap: number | undefined, values: string, constant: (value: number) => string): string {
  if (cap === undefined) return values
  return g.node('Mul', [g.node('Tanh', [g.node('Div', [values, constant(cap)])]), constant(cap)])
}
