import { expect, test } from 'vitest'
import { flattenGroups } from '../../src/store/flatten-groups.ts'

test('a group has the tasks of the groups in it, in their order', () => {
  const groups = flattenGroups({ mmlu: ['stem', 'law'], stem: ['physics', 'maths'], law: [], physics: [] })
  expect([...groups]).toEqual([
    ['mmlu', ['physics', 'maths', 'law']],
    ['stem', ['physics', 'maths']],
  ])
})

test('groups that contain each other end, and a task of several groups is listed once', () => {
  const groups = flattenGroups({ a: ['b', 'x'], b: ['a', 'x', 'y'] })
  expect([...groups]).toEqual([
    ['a', ['x', 'y']],
    ['b', ['x', 'y']],
  ])
})

test('groups in groups are read once: 2⁴⁰ ways lead to the last one', () => {
  const layers = Object.fromEntries(Array.from({ length: 40 }, (_, layer) => [`g${layer}`, [`g${layer + 1}`, `g${layer + 1}`]]))
  expect(flattenGroups({ ...layers, g40: ['g0', 'x'] }).get('g0')).toEqual(['x'])
})
