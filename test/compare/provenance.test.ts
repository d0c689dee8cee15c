import { expect, test } from 'vitest'
import { provenanceNotes } from '../../src/compare/provenance.ts'
import { citedRun, storedRun } from '../stored-runs.ts'

test('runs of one tool that ended have no note', () => expect(provenanceNotes(storedRun('a', []), [storedRun('b', [])])).toEqual([]))

test('interrupted runs, other tools and cited scores are noted', () => {
  const variants = [storedRun('b', [], { isComplete: false }), storedRun('c', [], { tool: 'lm-eval 0.4.13' }), citedRun('d', {})]
  expect(provenanceNotes(storedRun('a', []), variants)).toEqual([
    'b was interrupted: items that it did not reach are missing',
    'a was scored by evalharness 0.1.0, c by lm-eval 0.4.13',
    "d's scores are cited (model card), a's were measured (evalharness 0.1.0): not like for like",
  ])
})
