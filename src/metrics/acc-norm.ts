/** Accuracy by log-likelihood per character of the choice: Unicode code points, Python's `len()`. */
import { codePointCount } from '../text/python-text.ts'
import { preferenceAccuracy } from './preferred-choice.ts'

export const accNorm = preferenceAccuracy({
  name: 'acc_norm',
  preference: ({ logProbs, choices }, index) => logProbs[index]! / codePointCount(choices[index]!),
  card: { type: 'accuracy_norm', name: 'Accuracy (Normalized)' },
})
