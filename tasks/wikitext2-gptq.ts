/**
 * WikiText-2 as papers on compression measure it (GPTQ, SparseGPT, Wanda): perplexity per token of the test split (Merity et al. 2016, arXiv:1609.07843).
 *
 * The rows of `wikitext-2-raw-v1` are joined by empty lines and tokenized once, with the special tokens that the tokenizer adds. The tokens are cut into
 * windows of 2,048 from the first on, without overlap; what is left is dropped. Each window is read on its own, and all its tokens but the first are
 * scored. The score is exp of the mean over windows of the mean negative log-likelihood over the 2,047 predictions of a window. All windows have as many,
 * so that is exp of the mean over all predictions: `token_perplexity`. The scripts multiply each window's mean by 2,048 and divide the sum by 2,048 a
 * window, which is the same: `opt.py` and `llama.py` of GPTQ (`opt_eval`, `llama_eval`), `lib/eval.py` of Wanda (`eval_ppl_wikitext`).
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'

export default defineTask({
  name: 'wikitext2_gptq',
  version: 1,
  summary: 'Token perplexity in windows of 2,048, as in papers on compression: WikiText-2, or any text file',
  dataset: { repo: 'Salesforce/wikitext', config: 'wikitext-2-raw-v1', split: 'test', file: 'wikitext/wiki.{split}', textRows: 'document' },
  row: z.object({ text: z.string() }),
  text: ({ text }) => text,
  separator: '\n\n',
  windowLength: 2048,
  metrics: ['token_perplexity'],
  benchmark: { title: 'WikiText-2 in windows', mainMetric: 'token_perplexity' },
})
