/** Mutations of texts by lines and words. */
import { HOSTILE_NUMBERS, HOSTILE_TEXTS, HOSTILE_YAML } from './hostile-values.ts'
import type { Random } from './random.ts'

/** Lines and words are exchanged, doubled, or made long; parts of YAML and of tables come in between. */
export function mutateText(content: Buffer, random: Random): Buffer {
  const text = content.toString('utf8')
  const lines = text.split('\n')
  const index = random.below(lines.length)
  const line = lines[index]!
  switch (random.below(9)) {
    case 0:
      lines.splice(index, 1 + random.below(3))
      break
    case 1:
      lines.splice(index, 0, line, line)
      break
    case 2:
      lines[index] = lines[random.below(lines.length)]!
      break
    case 3:
    case 4: {
      const words = line.split(/([\s|:,"]+)/u)
      words[random.below(words.length)] = random.oneIn(2) ? random.oneOf(HOSTILE_TEXTS) : String(random.oneOf(HOSTILE_NUMBERS))
      lines[index] = words.join('')
      break
    }
    case 5:
      lines.splice(index, 0, random.oneOf(HOSTILE_YAML))
      break
    case 6:
      lines.splice(index, 0, random.oneOf(HOSTILE_TEXTS))
      break
    case 7:
      lines.splice(
        index,
        0,
        random.oneOf([
          '> '.repeat(2000) + 'a',
          '- '.repeat(2000) + 'a',
          '|a'.repeat(5000),
          '[a]('.repeat(3000),
          '<!--',
          '---',
          '| - | - |',
          '![['.repeat(3000),
          '\\'.repeat(5001),
          '**a '.repeat(3000),
        ]),
      )
      break
    default:
      return Buffer.from(random.oneIn(2) ? text.replaceAll('\n', random.oneOf(['\r\n', '\r', '\u2028'])) : random.oneOf(HOSTILE_YAML))
  }
  return Buffer.from(lines.join('\n'))
}
