import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutChunks } from '../../src/plan/chunks.ts'
import type { Request } from '../../src/task/request.ts'

const choice = (context: string, continuation: string): Request => ({ kind: 'continuation', context, continuation })
const item = (context: string): Request[] => [choice(context, ' yes'), choice(context, ' no')]

test('requests with a common prefix are neighbors, and parts follow each other', () => {
  const parts = [[item('b'), item('a')], [item('a')]]
  expect(cutChunks(parts)).toEqual([
    [3, 2, 1, 0],
    [5, 4],
  ])
})

test('a chunk ends between contexts', () => {
  const items = Array.from({ length: 5000 }, (_, index) => item(String(index).padStart(4, '0')))
  items.splice(4096, 0, [...item('4095'), ...item('4095')])
  const chunks = cutChunks([items])
  expect(chunks.map(({ length }) => length)).toEqual([8196, 1808])
})

describe('a quick start', () => {
  const long = 'x'.repeat(300)

  test('asks the shortest item first', () => {
    const items = Array.from({ length: 100 }, (_, index) => item(`${index} ${long}`.slice(0, index === 41 ? 200 : undefined)))
    expect(cutChunks([items], { quickStart: true })[0]).toEqual([82, 83])
  })

  test('asks the shortest text first, however few there are: it repeats nothing', () => {
    const texts: Request[][] = ['a', 'b', 'c'].map((letter) => [{ kind: 'rolling', text: letter + long.slice(letter === 'c' ? 100 : 0) }])
    expect(cutChunks([texts], { quickStart: true })).toEqual([[2], [0, 1]])
  })

  test('is left out if it would repeat much of what the others begin with', () => {
    const items = Array.from({ length: 100 }, (_, index) => item(`${long}${index}`))
    expect(cutChunks([items], { quickStart: true })).toEqual(cutChunks([items]))
  })
})

test('every request is in one chunk, with or without a quick start', () => {
  const request = fc.oneof(
    fc.record({ kind: fc.constant('rolling' as const), text: fc.string() }),
    fc.tuple(fc.string({ maxLength: 2 }), fc.string()).map(([a, b]) => choice(a, b)),
  )
  fc.assert(
    fc.property(fc.array(fc.array(fc.array(request, { maxLength: 4 }))), fc.boolean(), (parts, quickStart) => {
      const all = cutChunks(parts, { quickStart }).flat()
      expect(all.toSorted((a, b) => a - b)).toEqual(parts.flat(2).map((_, index) => index))
    }),
  )
})
