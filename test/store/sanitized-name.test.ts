import { expect, test } from 'vitest'
import { sanitizedName } from '../../src/store/sanitized-name.ts'

test.each([
  // lm-eval 0.4.13: sanitize_model_name.
  ['EleutherAI/pythia-70m', 'EleutherAI__pythia-70m'],
  ['a:b|c?', 'a__b__c__'],
  ['..', 'model'],
  [' .hidden. ', 'hidden'],
  ['a\u0000b', 'a__b'],
])('%j becomes %s', (name, expected) => expect(sanitizedName(name)).toBe(expected))
