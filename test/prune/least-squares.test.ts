import { expect, test } from 'vitest'
import { solveNormalEquations } from '../../src/prune/least-squares.ts'

/** The inner products of vectors with each other and with a target. */
function normal(vectors: readonly (readonly number[])[], target: readonly number[]) {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)
  return { gram: Float64Array.from(vectors.flatMap((a) => vectors.map((b) => dot(a, b)))), products: Float64Array.from(vectors, (a) => dot(a, target)) }
}

const VECTORS = [
  [1, 2, 0, -1],
  [0, 1, 3, 1],
  [2, 0, 1, 1],
]

test('a sum of the vectors is found by its coefficients', () => {
  const target = VECTORS[0]!.map((_, index) => 2 * VECTORS[0]![index]! - VECTORS[1]![index]! + 0.5 * VECTORS[2]![index]!)
  const { gram, products } = normal(VECTORS, target)
  expect([...solveNormalEquations(gram, products)]).toEqual([2, -1, 0.5].map((value) => expect.closeTo(value, 6)))
})

test('the residual of another target is orthogonal to all vectors', () => {
  const { gram, products } = normal(VECTORS, [5, -3, 2, 7])
  const solution = solveNormalEquations(gram, products)
  for (let row = 0; row < 3; row++) expect(solution.reduce((sum, value, column) => sum + gram[row * 3 + column]! * value, 0)).toBeCloseTo(products[row]!, 5)
})

test('a vector that is there twice shares its coefficient', () => {
  const { gram, products } = normal([VECTORS[0]!, VECTORS[0]!], VECTORS[0]!)
  expect([...solveNormalEquations(gram, products)]).toEqual([expect.closeTo(0.5, 4), expect.closeTo(0.5, 4)])
})
