/** F1, the harmonic mean of precision and recall. evalharness does not compute it; it reads the scores from lm-eval's files. */
import { share } from './share.ts'

export const f1 = share('f1')
