/** Methods of Python's str. */
import { capitalize, codePoints, strip, stripEnd, stripStart, WHITE_SPACE } from '../../../text/python-text.ts'
import { bind, intArgument, textArgument } from './arguments.ts'
import type { Budget } from './budget.ts'
import { TemplateError } from './template-error.ts'
import { isList, Tuple, type Arguments, type Value } from './values.ts'

const SPACE = new RegExp(`[${WHITE_SPACE}]`, 'u')

const LINE_END = new RegExp(String.raw`\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]`, 'u')

type TextMethod = (text: string, args: Arguments, budget: Budget) => Value

/** By name. What is not here, is not supported. */
export const TEXT_METHODS: Readonly<Record<string, TextMethod>> = {
  capitalize: plain('capitalize', capitalize),
  lower: plain('lower', (text) => text.toLowerCase()),
  upper: plain('upper', (text) => text.toUpperCase()),
  title: plain('title', titleCase),
  strip: stripping('strip', strip),
  lstrip: stripping('lstrip', stripStart),
  rstrip: stripping('rstrip', stripEnd),
  startswith: (text, args) => anyOf('startswith', args).some((part) => text.startsWith(part)),
  endswith: (text, args) => anyOf('endswith', args).some((part) => text.endsWith(part)),
  removeprefix: (text, args) => withoutPart('removeprefix', args, (part) => (text.startsWith(part) ? text.slice(part.length) : text)),
  removesuffix: (text, args) => withoutPart('removesuffix', args, (part) => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text)),
  count: (text, args) => {
    const part = one('count', args)
    return BigInt(part === '' ? codePoints(text).length + 1 : text.split(part).length - 1)
  },
  find: (text, args) => BigInt(place(text, one('find', args))),
  index: (text, args) => {
    const found = place(text, one('index', args))
    if (found < 0) throw new TemplateError('index: the text does not have that part')
    return BigInt(found)
  },
  join: (text, args, budget) => joinTexts(text, bind('join', ['iterable'], args)[0] ?? null, budget),
  replace: (text, args, budget) => {
    const [from, to, count] = bind('replace', ['old', 'new', 'count'], args)
    return replaceText(text, { from: textArgument('replace', from), to: textArgument('replace', to), count: count ?? null }, budget)
  },
  split: (text, args, budget) => {
    const [separator = null, most = -1n] = bind('split', ['sep', 'maxsplit'], args)
    const limit = intArgument('split', most)
    return separator === null ? splitAtSpace(text, limit, budget) : splitAt(text, textArgument('split', separator), limit)
  },
  splitlines: (text, args) => {
    bind('splitlines', [], args)
    const lines = text.split(LINE_END)
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines
  },
}

/** Python's `str.replace`; `count` limits it if it is a number from 0 on. */
export function replaceText(text: string, { from, to, count }: { readonly from: string; readonly to: string; readonly count: Value }, budget: Budget): string {
  const parts = from === '' ? ['', ...codePoints(text), ''] : text.split(from)
  const most = count === null ? -1 : intArgument('replace', count)
  const replaced = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1)
  budget.spend(text.length + to.length * replaced)
  const rest = parts.slice(replaced).join(from)
  return replaced === 0 ? text : parts.slice(0, replaced).join(to) + to + rest
}

/** Python's `str.join`. */
export function joinTexts(delimiter: string, list: Value, budget: Budget): string {
  const items = list instanceof Tuple ? list.items : typeof list === 'string' ? codePoints(list) : list
  if (!isList(items)) throw new TemplateError('join needs a list')
  const texts = items.map((item) => textArgument('join', item))
  budget.spend(texts.reduce((sum, { length }) => sum + length + delimiter.length, 0))
  return texts.join(delimiter)
}

function plain(name: string, convert: (text: string) => string): TextMethod {
  return (text, args, budget) => {
    bind(name, [], args)
    budget.spend(text.length)
    return convert(text)
  }
}

function stripping(name: string, stripped: (text: string, characters?: string) => string): TextMethod {
  return (text, args) => {
    const [characters = null] = bind(name, ['chars'], args)
    return stripped(text, characters === null ? undefined : textArgument(name, characters))
  }
}

/** A letter is in upper case if the character before it has no case, as in Python's `str.title`. */
function titleCase(text: string): string {
  let afterLetter = false
  let result = ''
  for (const character of text) {
    result += afterLetter ? character.toLowerCase() : capitalize(character)
    afterLetter = character.toLowerCase() !== character.toUpperCase()
  }
  return result
}

function one(name: string, args: Arguments): string {
  return textArgument(name, bind(name, ['sub'], args)[0])
}

function withoutPart(name: string, args: Arguments, cut: (part: string) => string): string {
  return cut(one(name, args))
}

/** A text or a tuple of texts. */
function anyOf(name: string, args: Arguments): readonly string[] {
  const [part] = bind(name, ['prefix'], args)
  return part instanceof Tuple ? part.items.map((each) => textArgument(name, each)) : [textArgument(name, part)]
}

/** In code points; -1 if the part is not there. */
function place(text: string, part: string): number {
  const found = text.indexOf(part)
  return found < 0 ? -1 : codePoints(text.slice(0, found)).length
}

function splitAt(text: string, separator: string, limit: number): readonly string[] {
  if (separator === '') throw new TemplateError('split: the separator is empty')
  const parts = text.split(separator)
  return limit < 0 || parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(separator)]
}

function splitAtSpace(text: string, limit: number, budget: Budget): readonly string[] {
  const parts: string[] = []
  let rest = stripStart(text)
  for (let end = rest.search(SPACE); end >= 0 && parts.length !== limit; end = rest.search(SPACE)) {
    budget.spend(0)
    parts.push(rest.slice(0, end))
    rest = stripStart(rest.slice(end))
  }
  return rest === '' ? parts : [...parts, rest]
}
