/** Accuracy by log-likelihood. */
import { preferenceAccuracy, type Preference } from './preferred-choice.ts'

/** The log-likelihood of the choice. */
export const byLogLikelihood: Preference = ({ logProbs }, index) => logProbs[index]!

export const acc = preferenceAccuracy({ name: 'acc', preference: byLogLikelihood, card: { type: 'accuracy', name: 'Accuracy' } })
