/** Tokens that are found in a text before it is split: `<s>`, `<|im_start|>`, words of a domain (the Rust library's AddedVocabulary). */
import { has, WHITE_SPACE } from './character-set.ts'
import type { Normalize } from './normalizers.ts'
import { vocabularyOf } from './models.ts'
import type { AddedTokenContent, ModelContent } from './schema.ts'
import { Unsupported } from './unsupported.ts'
import { WORD_OF_RUST } from './word.ts'

/** Text, or the id of an added token. */
export type Part = { readonly text: string; readonly id?: undefined } | { readonly id: number; readonly text?: undefined }

/** The added tokens of a tokenizer, each with the id that it was given. */
export class AddedTokens {
  private readonly byId = new Map<number, AddedTokenContent>()
  private readonly ids = new Map<string, number>()
  private readonly vocabulary: ReadonlyMap<string, number>

  /** Unigram vocabularies may have a token twice, and new ids come after all of them. */
  private readonly size: number

  constructor(model: ModelContent) {
    this.vocabulary = vocabularyOf(model)
    this.size = model.type === 'Unigram' ? model.vocab.length : this.vocabulary.size
  }

  /** Adds a token or replaces its flags. Its id is that of its text in the vocabulary, else the next free one; the id in the file is ignored. */
  add(token: AddedTokenContent): void {
    if (token.content === '' || [...this.byId.values()].some((known) => isSame(known, token))) return
    const id = this.idOf(token.content) ?? this.nextId()
    if (!this.ids.has(token.content)) this.ids.set(token.content, id)
    this.byId.set(id, token)
  }

  /** The id of a token, added or not. */
  idOf(content: string): number | undefined {
    return this.ids.get(content) ?? this.vocabulary.get(content)
  }

  /** The text of a token; undefined if no token has the id. */
  textOf(id: number): string | undefined {
    return this.byId.get(id)?.content ?? [...this.vocabulary].find(([, own]) => own === id)?.[0]
  }

  /** Whether the text is an added token. */
  has(content: string): boolean {
    return this.ids.has(content)
  }

  entries(): readonly (readonly [number, AddedTokenContent])[] {
    return [...this.byId].sort(([one], [other]) => one - other)
  }

  private nextId(): number {
    const { size } = this
    const last = Math.max(-1, ...this.ids.values())
    return last >= size || (size === 0 && last >= 0) ? last + 1 : size
  }
}

function isSame(one: AddedTokenContent, other: AddedTokenContent): boolean {
  return (['content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special'] as const).every((key) => one[key] === other[key])
}

/** Splits a text at added tokens. */
export type SplitAtTokens = (text: string) => readonly Part[]

/** Tokens to find in the text as given, and tokens to find after normalization. Fails with Unsupported if two are equal after normalization. */
export function findAddedTokens(
  tokens: AddedTokens,
  normalize: Normalize,
  splitsSpecial: boolean,
): { readonly before: SplitAtTokens; readonly after: SplitAtTokens; readonly contents: readonly string[] } {
  const found = tokens.entries().map(([id, token]) => ({ id, token, text: token.normalized ? normalize(token.content) : token.content }))
  const ignored = (token: AddedTokenContent) => splitsSpecial && token.special
  const [plain, normalized] = [found.filter(({ token }) => !token.normalized), found.filter(({ token }) => token.normalized)]
  return {
    before: splitter(plain, ignored),
    after: splitter(normalized, ignored),
    contents: [...new Set(found.flatMap(({ token, text }) => [token.content, text]))],
  }
}

interface Found {
  readonly id: number
  readonly token: AddedTokenContent
  readonly text: string
}

interface Node {
  readonly next: Map<number, Node>
  found?: Found
}

function splitter(all: readonly Found[], ignored: (token: AddedTokenContent) => boolean): SplitAtTokens {
  if (all.length === 0) return (text) => (text === '' ? [] : [{ text }])
  const root = trieOf(all)
  const word = WORD_OF_RUST()
  return (text) => {
    const parts: Part[] = []
    let done = 0
    for (let place = 0; place < text.length;) {
      const found = longestAt(text, place, root)
      if (!found) {
        place++
        continue
      }
      let [start, end] = [place, place + found.text.length]
      place = end
      if (ignored(found.token) || (found.token.single_word && touchesWord(text, start, end, word))) continue
      if (found.token.lstrip) start = Math.max(done, spacesBefore(text, start))
      if (found.token.rstrip) end = spacesAfter(text, end)
      if (done < start) parts.push({ text: text.slice(done, start) })
      // The token before may have taken all of this one's white space.
      if (start < end) parts.push({ id: found.id })
      done = end
    }
    if (done < text.length) parts.push({ text: text.slice(done) })
    return parts
  }
}

function trieOf(all: readonly Found[]): Node {
  const root: Node = { next: new Map() }
  for (const found of all) {
    if (found.text === '') throw new Unsupported(`the added token ${JSON.stringify(found.token.content)}, which is nothing after normalization`)
    let node = root
    for (let place = 0; place < found.text.length; place++) {
      const unit = found.text.charCodeAt(place)
      const next = node.next.get(unit) ?? { next: new Map() }
      node.next.set(unit, next)
      node = next
    }
    if (node.found)
      throw new Unsupported(
        `the added tokens ${JSON.stringify(node.found.token.content)} and ${JSON.stringify(found.token.content)}, which are one after normalization`,
      )
    node.found = found
  }
  return root
}

function longestAt(text: string, start: number, root: Node): Found | undefined {
  let node: Node | undefined = root
  let found: Found | undefined
  for (let place = start; place < text.length; place++) {
    node = node.next.get(text.charCodeAt(place))
    if (!node) break
    found = node.found ?? found
  }
  return found
}

function touchesWord(text: string, start: number, end: number, word: readonly number[]): boolean {
  const [before, after] = [Array.from(text.slice(Math.max(0, start - 2), start)).at(-1), text.codePointAt(end)]
  return (before !== undefined && has(word, before.codePointAt(0)!)) || (after !== undefined && has(word, after))
}

function spacesBefore(text: string, end: number): number {
  let start = end
  while (start > 0 && has(WHITE_SPACE, text.charCodeAt(start - 1))) start--
  return start
}

function spacesAfter(text: string, start: number): number {
  let end = start
  while (end < text.length && has(WHITE_SPACE, text.charCodeAt(end))) end++
  return end
}
