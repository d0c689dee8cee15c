/** Accuracy by log-likelihood per UTF-8 byte of the choice. */
import { preferenceAccuracy } from './preferred-choice.ts'

export const accBytes = preferenceAccuracy({
  name: 'acc_bytes',
  preference: ({ logProbs, choices }, index) => logProbs[index]! / Buffer.byteLength(choices[index]!),
})
