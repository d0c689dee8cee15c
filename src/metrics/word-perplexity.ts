/** Perplexity per word. Words are the pieces of the reference text between white space, empty ones at the ends included, as in lm-eval. */
import { WHITE_SPACE } from '../text/python-text.ts'
import { perplexityPer } from './text-perplexity.ts'

const WORD_GAPS = new RegExp(`[${WHITE_SPACE}]+`, 'u')

export const wordPerplexity = perplexityPer({ name: 'word_perplexity', weight: ({ referenceText }) => referenceText.split(WORD_GAPS).length })
