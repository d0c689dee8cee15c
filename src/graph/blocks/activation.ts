/** Functions of a feed-forward, of operators that all devices have. */
import type { Activation } from '../../model/families/decoder.ts'
import type { Block } from './block.ts'

/** The function of each value. */
export function activate({ g, weights }: Pick<Block<unknown>, 'g' | 'weights'>, activation: Activation, input: string): string {
  const times = (value: string, factor: number) => g.node('Mul', [value, weights.constant([factor])])
  /** x ÷ 2 × (1 + share). */
  const halfOf = (share: string) => g.node('Mul', [times(input, 0.5), g.node('Add', [share, weights.constant([1])])])
  switch (activation) {
    case 'silu':
      return g.node('Mul', [input, g.node('Sigmoid', [input])])
    case 'gelu':
      return halfOf(g.node('Erf', [times(input, Math.SQRT1_2)]))
    case 'gelu-tanh': {
      const cube = g.node('Mul', [input, g.node('Mul', [input, input])])
      return halfOf(g.node('Tanh', [times(g.node('Add', [input, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))]))
    }
    case 'relu':
      return g.node('Relu', [input])
    case 'relu-squared': {
      const positive = g.node('Relu', [input])
      return g.node('Mul', [positive, positive])
    }
  }
}
