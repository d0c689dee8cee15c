/** Slopes of linear biases, one a head: Press et al. 2021, arXiv:2108.12409; transformers `build_alibi_tensor`. */
export function alibiSlopes(headCount: number): number[] {
  const whole = 2 ** Math.floor(Math.log2(headCount))
  const base = 2 ** -(2 ** -(Math.log2(whole) - 3))
  const first = Array.from({ length: whole }, (_, head) => base ** (head + 1))
  // Further heads have slopes between those.
  const between = 2 ** -(2 ** -(Math.log2(2 * whole) - 3))
  return [...first, ...Array.from({ length: headCount - whole }, (_, head) => between ** (2 * head + 1))]
}
