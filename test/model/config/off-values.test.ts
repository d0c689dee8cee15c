import { expect, test } from 'vitest'
import { isOff, isOn } from '../../../src/model/config/off-values.ts'

test.each([null, undefined, false, 0, '', 'none', [], {}])('%j turns a field off', (value) => expect([isOff(value), isOn(value)]).toEqual([true, false]))
test.each([true, 1, -1, 'None', 'x', [0], { a: null }, NaN])('%j turns it on', (value) => expect([isOff(value), isOn(value)]).toEqual([false, true]))
