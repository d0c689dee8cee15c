/**
 * Perplexity over the sentences of any text: a local file with a sentence a line (`--data wikipedia=FILE`), or from the hub the opening
 * sentences of the first articles of the English Wikipedia of November 2023. Each sentence is scored on its own. `token_perplexity` weighs
 * every token alike, `sentence_perplexity` every sentence; both depend on the tokenizer, so compare them between models that share one.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'wikipedia',
  version: 1,
  summary: 'Token perplexity over sentences: opening sentences of Wikipedia, or any file with a sentence a line',
  dataset: { repo: 'wikimedia/wikipedia', config: '20231101.en', split: 'train', file: 'wikipedia/sentences', defaultLimit: 1000 },
  row: z.object({ text: z.string(), title: z.string().optional() }),
  text: ({ text, title }) => (title === undefined ? text : openingSentence(text)),
  metrics: ['token_perplexity', 'sentence_perplexity'],
})

/** The first sentence of an article, by the rules of Unicode (UAX 29); empty lines before it are skipped. */
function openingSentence(article: string): string {
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'sentence' }).segment(article)) {
    const sentence = segment.trim()
    if (sentence !== '') return sentence
  }
  return ''
}
