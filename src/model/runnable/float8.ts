/** FP8 in the format E4M3 without infinities, as torch has it (`float8_e4m3fn`; arXiv 2209.05433). */

/** The value of each code. */
export const E4M3_VALUES = Float32Array.from({ length: 256 }, (_, code) => {
  const sign = code < 128 ? 1 : -1
  const exponent = (code >> 3) & 15
  const mantissa = code & 7
  if (exponent === 15 && mantissa === 7) return NaN
  return sign * (exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10))
})
