/** Special tokens around a text: what the post-processor of tokenizer.json adds to one text, not a pair. */
import type { PostProcessorContent } from './schema.ts'
import { Unsupported } from './unsupported.ts'

/** Ids before and after those of a text. */
export interface Around {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const NOTHING: Around = { before: [], after: [] }

/** The ids around a text that is encoded with special tokens. Fails with Unsupported. */
export function makeAround(content: PostProcessorContent | null | undefined): Around {
  if (!content) return NOTHING
  switch (content.type) {
    case 'ByteLevel':
      return NOTHING
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [content.cls[1]], after: [content.sep[1]] }
    case 'Sequence': {
      const adding = content.processors.map(makeAround).filter(({ before, after }) => before.length + after.length > 0)
      // The library's second post-processor drops the tokens that the first one adds after the text.
      if (adding.length > 1) throw new Unsupported('post_processor.processors of which more than one adds tokens')
      return adding[0] ?? NOTHING
    }
    case 'TemplateProcessing': {
      const text = content.single.findIndex((piece) => 'Sequence' in piece)
      const ids = content.single.map((piece) => ('SpecialToken' in piece ? content.special_tokens[piece.SpecialToken.id]?.ids : []))
      const isOne = content.single.every((piece, index) => !('Sequence' in piece) || (index === text && piece.Sequence.id === 'A'))
      if (text < 0 || !isOne) throw new Unsupported('post_processor.single without exactly one text')
      if (ids.includes(undefined)) throw new Unsupported('post_processor.single with a token that is not in post_processor.special_tokens')
      return { before: ids.slice(0, text).flatMap((each) => each!), after: ids.slice(text + 1).flatMap((each) => each!) }
    }
  }
}
