/** Perplexity per token over all texts: a long text weighs more than a short one. */
import { perplexityPer } from './text-perplexity.ts'

export const tokenPerplexity = perplexityPer({ name: 'token_perplexity', weight: ({ tokenCount }) => tokenCount, isPerToken: true })
