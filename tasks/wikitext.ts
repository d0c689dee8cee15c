/**
 * WikiText-2: perplexity of whole articles, by word and by byte (Merity et al. 2016, arXiv:1609.07843).
 * Detokenizer and metrics follow lm-eval `tasks/wikitext/wikitext.yaml` and `preprocess_wikitext.py`, version 2.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { WHITE_SPACE } from '../src/task/python-text.ts'

export default defineTask({
  name: 'wikitext',
  version: 2,
  summary: 'Perplexity of Wikipedia articles, by word and by byte',
  dataset: { repo: 'EleutherAI/wikitext_document_level', config: 'wikitext-2-raw-v1', split: 'test', file: 'wikitext/{split}_document_level' },
  row: z.object({ page: z.string() }),
  text: ({ page }) => detokenize(page),
  original: ({ page }) => page,
  metrics: ['word_perplexity', 'byte_perplexity', 'bits_per_byte'],
})

/** Undoes WikiText's spacing of punctuation. The order matters; the second rule has literal slashes and practically never matches, as in lm-eval. */
function detokenize(page: string): string {
  return page
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
    .replace(inside('(', ')'), '($1)')
    .replace(inside('[', ']'), '[$1]')
    .replace(inside('{', '}'), '{$1}')
    .replace(inside('"', '"'), '"$1"')
    .replace(inside("'", "'"), "'$1'")
    .replaceAll('= = = =', '====')
    .replaceAll('= = =', '===')
    .replaceAll('= =', '==')
    .replaceAll(` ${String.fromCharCode(176)} `, String.fromCharCode(176))
    .replaceAll(' \n', '\n')
    .replaceAll('\n ', '\n')
    .replaceAll(' N ', ' 1 ')
    .replaceAll(" 's", "'s")
}

/** What stands between a pair of marks, without the white space at its ends. */
function inside(open: string, close: string): RegExp {
  return new RegExp(`\\${open}[${WHITE_SPACE}]*([^\\${close}]*?)[${WHITE_SPACE}]*\\${close}`, 'g')
}
