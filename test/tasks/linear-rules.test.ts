/** lm-eval's rules for text are regular expressions that are quadratic on hostile rows. What is done in their place must give the same, character by character. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { strip, WHITE_SPACE } from '../../src/text/python-text.ts'
import hellaswag from '../../tasks/hellaswag.ts'
import wikitext from '../../tasks/wikitext.ts'

/** Texts in which marks, white space of all kinds and letters are about equally frequent. */
const markedText = fc
  .array(
    fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      ' ',
      '  ',
      '\n',
      '\t',
      '\u0085',
      '\u00a0',
      '\u2028',
      '\ufeff',
      ' [title]',
      'a',
      'b c',
      '🥚',
      '\ud83e',
      '.',
      '= =',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const cleaned = (text: string) => hellaswag.choices({ activity_label: '', ctx_a: '', ctx_b: '', endings: [text], label: 0 })[0]

test('HellaSwag: brackets go as re.sub(r"\\[.*?\\]", "", text) takes them', () => {
  const byPattern = (text: string) =>
    strip(text)
      .replaceAll(' [title]', '. ')
      .replace(/\[[^\n]*?\]/gu, '')
      .replaceAll('  ', ' ')
  fc.assert(
    fc.property(markedText, (text) => {
      expect(cleaned(text)).toBe(byPattern(text))
    }),
    { numRuns: 2000 },
  )
})

/** The rules as lm-eval has them, `preprocess_wikitext.py`. */
function detokenizedByPatterns(page: string): string {
  const inside = (open: string, close: string) => new RegExp(`\\${open}[${WHITE_SPACE}]*([^\\${close}]*?)[${WHITE_SPACE}]*\\${close}`, 'g')
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
    .replaceAll(' ° ', '°')
    .replaceAll(' \n', '\n')
    .replaceAll('\n ', '\n')
    .replaceAll(' N ', ' 1 ')
    .replaceAll(" 's", "'s")
}

test('WikiText: pairs of marks lose the white space inside as lm-eval’s patterns take it', () => {
  fc.assert(
    fc.property(markedText, (page) => {
      expect(wikitext.text({ page })).toBe(detokenizedByPatterns(page))
    }),
    { numRuns: 2000 },
  )
})

test.each(['[', '(', '{', '[ ', '( ', '" ', ' ', '\t('])(
  'a row of a million of %j ends, which by a quadratic pattern would take minutes',
  (run) => {
    const text = run.repeat(1_000_000 / run.length)
    expect(cleaned(text)!.length + wikitext.text({ page: text }).length).toBeLessThanOrEqual(2_000_000)
  },
  20_000,
)
