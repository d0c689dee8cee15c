/** FP8 E4M3: values of torch.float8_e4m3fn (torch 2.13). */
import { expect, test } from 'vitest'
import { E4M3_VALUES } from '../../../src/model/runnable/float8.ts'

test.each([
  [0x00, 0],
  [0x01, 2 ** -9],
  [0x07, 7 * 2 ** -9],
  [0x08, 2 ** -6],
  [0x38, 1],
  [0x3b, 1.375],
  [0x7e, 448],
  [0x7f, NaN],
  [0x80, -0],
  [0x81, -(2 ** -9)],
  [0xb8, -1],
  [0xfe, -448],
  [0xff, NaN],
])('code %d is %d', (code, value) => expect(E4M3_VALUES[code]).toBe(value))
