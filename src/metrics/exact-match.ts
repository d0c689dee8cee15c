/** The share of items whose generated text is the expected one. evalharness does not generate; it reads the scores from lm-eval's files. */
import { share } from './share.ts'

export const exactMatch = share('exact_match')
