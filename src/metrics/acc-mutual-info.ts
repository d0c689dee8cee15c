/** Accuracy by how much the context raises the log-likelihood of the choice: log-likelihood minus that after an empty context. */
import { preferenceAccuracy } from './preferred-choice.ts'

export const accMutualInfo = preferenceAccuracy({
  name: 'acc_mutual_info',
  preference: ({ logProbs, unconditionalLogProbs }, index) => logProbs[index]! - unconditionalLogProbs[index]!,
  needsUnconditional: true,
})
