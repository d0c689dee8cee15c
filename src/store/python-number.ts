/** Numbers as Python's `str(float)` writes them, for files that lm-eval's readers parse. */

/** `-3.0` for −3, an exponent below 1e-4 and from 1e16 on, `nan` and `inf`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/u, 'e$10$2')
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
