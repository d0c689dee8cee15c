/**
 * WikiText-2: perplexity of whole articles, by word and by byte (Merity et al. 2016, arXiv:1609.07843).
 * Detokenizer and metrics follow lm-eval `tasks/wikitext/wikitext.yaml` and `preprocess_wikitext.py`, version 2.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { strip } from '../src/text/python-text.ts'

export default defineTask({
  name: 'wikitext',
  version: 2,
  summary: 'Perplexity of Wikipedia articles, by word and by byte',
  dataset: { repo: 'EleutherAI/wikitext_document_level', config: 'wikitext-2-raw-v1', split: 'test', file: 'wikitext/{split}_document_level' },
  row: z.object({ page: z.string() }),
  text: ({ page }) => detokenize(page),
  referenceText: ({ page }) => page,
  metrics: ['word_perplexity', 'byte_perplexity', 'bits_per_byte'],
  benchmark: { title: 'WikiText' },
})

/** Undoes WikiText's spacing of punctuation. The order matters; the second rule has literal slashes and practically never matches, as in lm-eval. */
function detokenize(page: string): string {
  const spaced = page
    .replaceAll("s '", "s'")
    .replace(/\/' [0-9]\//gu, "/'[0-9]/")
    .replaceAll(' @-@ ', '-')
    .replaceAll(' @,@ ', ',')
    .replaceAll(' @.@ ', '.')
    .replaceAll(' : ', ': ')
    .replaceAll(' ; ', '; ')
    .replaceAll(' . ', '. ')
    .replaceAll(' ! ', '! ')
    .replaceAll(' ? ', '? ')
    .replaceAll(' , ', ', ')
  return PAIRS.reduce(stripInside, spaced)
    .replaceAll('= = = =', '====')
    .replaceAll('= = =', '===')
    .replaceAll('= =', '==')
    .replaceAll(` ${String.fromCharCode(176)} `, String.fromCharCode(176))
    .replaceAll(' \n', '\n')
    .replaceAll('\n ', '\n')
    .replaceAll(' N ', ' 1 ')
    .replaceAll(" 's", "'s")
}

/** Pairs of marks, in the order of lm-eval's rules. */
const PAIRS = ['()', '[]', '{}', '""', "''"] as const

/**
 * Removes the white space inside a pair of marks: lm-eval's `re.sub(r"\(\s*([^\)]*?)\s*\)", r"(\1)", string)`. A
 * pattern would look for the closing mark anew from each opening one.
 */
function stripInside(text: string, [open, close]: string): string {
  let result = ''
  let from = 0
  for (let start = text.indexOf(open!); start >= 0; start = text.indexOf(open!, from)) {
    const end = text.indexOf(close!, start + 1)
    if (end < 0) break
    result += text.slice(from, start + 1) + strip(text.slice(start + 1, end)) + close!
    from = end + 1
  }
  return result + text.slice(from)
}
