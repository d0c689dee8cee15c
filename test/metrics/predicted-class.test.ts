import { expect, test } from 'vitest'
import { ofClasses } from '../../src/metrics/predicted-class.ts'
import { scoredChoices } from './choices.ts'

test('an item gives its right choice and the likeliest one', () => {
  expect(ofClasses.itemValue(scoredChoices([-3, -1, -1], { gold: [2] }))).toEqual({ gold: 2, predicted: 1 })
  expect(ofClasses.isTied(scoredChoices([-3, -1, -1]))).toBe(true)
})
