/** Tokenizer models: turn pieces of text into ids (BPE, Unigram, WordPiece, WordLevel). */
import { bytePair } from './byte-pair.ts'
import type { EncodePiece } from './encode-piece.ts'
import type { ModelContent } from './schema.ts'
import { unigram } from './unigram.ts'
import { Unsupported } from './unsupported.ts'

/** The model of tokenizer.json. Fails with Unsupported. */
export function makeModel(content: ModelContent): EncodePiece {
  switch (content.type) {
    case 'BPE':
      return bytePair(content)
    case 'Unigram':
      return unigram(content)
    case 'WordPiece':
      return wordPiece(content)
    case 'WordLevel':
      return wordLevel(content)
  }
}

/** Ids of tokens, before any are added. */
export function vocabularyOf(content: ModelContent): ReadonlyMap<string, number> {
  return content.type === 'Unigram' ? new Map(content.vocab.map(([token], id) => [token, id])) : new Map(Object.entries(content.vocab))
}

function unknownIn(vocabulary: ReadonlyMap<string, number>, token: string): number {
  const id = vocabulary.get(token)
  if (id === undefined) throw new Unsupported(`model.unk_token ${JSON.stringify(token)}, which is not in model.vocab`)
  return id
}

/** Takes the longest known prefix, then the longest known prefix of the rest. If one part is unknown, the whole piece is. */
function wordPiece(content: ModelContent & { readonly type: 'WordPiece' }): EncodePiece {
  const own = vocabularyOf(content)
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: most } = content
  return (piece, ids) => {
    const characters = Array.from(piece)
    const found: number[] = []
    for (let start = 0; start < characters.length && characters.length <= most;) {
      let end = characters.length
      let id: number | undefined
      for (; end > start && id === undefined; end--) id = own.get((start > 0 ? prefix : '') + characters.slice(start, end).join(''))
      if (id === undefined) break
      found.push(id)
      start = end + 1
      if (start === characters.length) {
        for (const each of found) ids.push(each)
        return
      }
    }
    ids.push(unknownIn(own, content.unk_token))
  }
}

function wordLevel(content: ModelContent & { readonly type: 'WordLevel' }): EncodePiece {
  const own = vocabularyOf(content)
  return (piece, ids) => void ids.push(own.get(piece) ?? unknownIn(own, content.unk_token))
}
