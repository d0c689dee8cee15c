/** The weighted sum of given vectors that is nearest to another vector, from their inner products alone. */

/**
 * Solves gram · x = products by Cholesky decomposition. `gram` is [n, n] row-major, symmetric. A ridge of 1e-9 of the
 * diagonal makes linearly dependent vectors (a model with the same layer twice) share their coefficient.
 */
export function solveNormalEquations(gram: Float64Array, products: Float64Array): Float64Array {
  const n = products.length
  const lower = new Float64Array(n * n)
  let largest = 0
  for (let row = 0; row < n; row++) largest = Math.max(largest, gram[row * n + row]!)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = gram[row * n + column]! + (row === column ? largest * 1e-9 : 0)
      for (let k = 0; k < column; k++) rest -= lower[row * n + k]! * lower[column * n + k]!
      lower[row * n + column] = row === column ? Math.sqrt(rest) : rest / lower[column * n + column]!
    }
  }
  const solution = Float64Array.from(products)
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < row; k++) solution[row]! -= lower[row * n + k]! * solution[k]!
    solution[row]! /= lower[row * n + row]!
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) solution[row]! -= lower[k * n + row]! * solution[k]!
    solution[row]! /= lower[row * n + row]!
  }
  return solution
}
