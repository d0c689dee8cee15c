import { expect, test } from 'vitest'
import { comparable, isSameQuestion } from '../../../src/task/render/same-question.ts'

const question = (prompt: string, choices: readonly string[], gold = 0) =>
  comparable({ kind: 'choice', prompt, choices, gold: [gold], target: '', answerPrefix: '' })

test('a question is the same in other white space, and with its choices in another order', () => {
  expect(isSameQuestion(question('Why? ', [' a', 'b'], 1), question('Why?', ['b', 'a']))).toBe(true)
})

test('the same prompt with other choices is another question, as PIQA has them', () => {
  expect(isSameQuestion(question('Open a jar', ['twist']), question('Open a jar', ['pull', 'push']))).toBe(false)
})
