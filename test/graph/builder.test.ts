import { expect, test } from 'vitest'
import { graphBuilder } from '../../src/graph/builder.ts'

test('each value has a name of its own, also within the bodies of loops', () => {
  const g = graphBuilder()
  const body = g.body()
  const names = [g.node('Add', ['a', 'b']), body.node('Add', ['a', 'b']), ...g.nodes('Split', ['a'], 2), body.integers(1)]
  expect(new Set(names).size).toBe(names.length)
})

test('nodes and constants are in the order of the calls; a body has its own', () => {
  const g = graphBuilder()
  const body = g.body()
  const size = g.integers([2, 3])
  const scalar = g.integers(7)
  const shaped = g.node('Reshape', ['x', size], { allowzero: 1 })
  body.node('Neg', ['y'])
  g.output(shaped, 'out')
  const { name, nodes, initializers } = g.finish('main', [], [])
  expect(name).toBe('main')
  expect(nodes).toEqual([
    { operator: 'Reshape', inputs: ['x', size], outputs: [shaped], attributes: { allowzero: 1 } },
    { operator: 'Identity', inputs: [shaped], outputs: ['out'], attributes: {} },
  ])
  expect(initializers).toEqual([
    { kind: 'inline', name: size, type: 'int64', shape: [2], values: BigInt64Array.of(2n, 3n) },
    { kind: 'inline', name: scalar, type: 'int64', shape: [], values: BigInt64Array.of(7n) },
  ])
  expect(body.finish('body', [], []).nodes.map(({ operator }) => operator)).toEqual(['Neg'])
})
