/** Encodes a text stage by stage: added tokens, normalizer, added tokens again, pre-tokenizer, model. */
import { type AddedTokens, findAddedTokens } from './added-tokens.ts'
import { makeModel } from './models.ts'
import { makeNormalizer } from './normalizers.ts'
import { type Around, makeAround } from './post-processors.ts'
import { makePreTokenizer } from './pre-tokenizers.ts'
import type { NormalizerContent, PreTokenizerContent, TokenizerContent } from './schema.ts'
import { Unsupported } from './unsupported.ts'

/** A tokenizer's stages, ready to be used. */
export interface Pipeline {
  /** Ids of a text, without special tokens around it. */
  readonly encode: (text: string) => readonly number[]
  /** The pieces of a text without added tokens. */
  readonly split: (text: string) => readonly string[]
  /** Ids of one piece. */
  readonly encodePiece: (piece: string) => readonly number[]
  /** Texts of the added tokens, as written and normalized. A text that holds none can be split without a search for added tokens. */
  readonly addedTexts: readonly string[]
  /** Special tokens around a text. */
  readonly around: Around
}

/** Most pieces in the cache of pieces and their tokens. */
const MOST_PIECES = 200_000
/** Longer pieces are not cached; without a pre-tokenizer they are whole texts. */
const LONGEST_PIECE = 100

/** The stages of a tokenizer. Fails with Unsupported. */
export function makePipeline(content: TokenizerContent, tokens: AddedTokens, splitsSpecial: boolean): Pipeline {
  refuseUnknownStart(content)
  const normalize = makeNormalizer(content.normalizer)
  const splitText = makePreTokenizer(content.pre_tokenizer)
  const model = makeModel(content.model)
  const { before, after, contents } = findAddedTokens(tokens, normalize, splitsSpecial)
  const known = new Map<string, readonly number[]>()
  const encodePiece = (piece: string): readonly number[] => {
    const cached = known.get(piece)
    if (cached) return cached
    const ids: number[] = []
    model(piece, ids)
    if (piece.length > LONGEST_PIECE) return ids
    if (known.size >= MOST_PIECES) known.clear()
    known.set(piece, ids)
    return ids
  }
  const piecesOf = (text: string, isStart: boolean) => {
    const pieces: string[] = []
    splitText(text, isStart, pieces)
    return pieces
  }
  return {
    encode(text) {
      const ids: number[] = []
      let isStart = true
      for (const part of before(text)) {
        if (part.text === undefined) ids.push(part.id)
        else
          for (const inner of after(normalize(part.text))) {
            if (inner.text === undefined) ids.push(inner.id)
            else for (const piece of piecesOf(inner.text, isStart)) for (const id of encodePiece(piece)) ids.push(id)
            isStart = false
          }
        isStart = false
      }
      return ids
    },
    split: (text) => piecesOf(text, true),
    encodePiece,
    addedTexts: contents,
    around: makeAround(content.post_processor),
  }
}

/** Normalizers that leave the first character where it was. */
const KEEPS_START: readonly NormalizerContent['type'][] = ['NFC', 'NFKC', 'Lowercase']
/** Pre-tokenizers that put nothing before a text. */
const ADDS_NOTHING: readonly PreTokenizerContent['type'][] = [
  'Split',
  'Punctuation',
  'Digits',
  'CharDelimiterSplit',
  'FixedLength',
  'Whitespace',
  'WhitespaceSplit',
  'BertPreTokenizer',
]

/** Metaspace's scheme "first" needs the start of a piece before normalization, which is known only if normalization does not move it. */
function refuseUnknownStart({ normalizer, pre_tokenizer: preTokenizer }: TokenizerContent): void {
  const steps = flat(preTokenizer, (step) => (step.type === 'Sequence' ? step.pretokenizers : undefined))
  const first = steps.findLastIndex((step) => step.type === 'Metaspace' && step.prepend_scheme === 'first')
  if (first < 0) return
  const moving = flat(normalizer, (step) => (step.type === 'Sequence' ? step.normalizers : undefined)).find(({ type }) => !KEEPS_START.includes(type))
  if (moving) throw new Unsupported(`prepend_scheme "first" of Metaspace after the normalizer ${moving.type}`)
  const adding = steps.slice(0, first).find((step) => !ADDS_NOTHING.includes(step.type))
  if (adding) throw new Unsupported(`prepend_scheme "first" of Metaspace after the pre-tokenizer ${adding.type}`)
}

function flat<Step>(content: Step | null | undefined, inner: (step: Step) => readonly Step[] | undefined): Step[] {
  if (!content) return []
  return inner(content)?.flatMap((step) => flat(step, inner)) ?? [content]
}
