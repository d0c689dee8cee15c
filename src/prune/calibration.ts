/** The sentences on which a candidate is compared with the original. */
import { createHash } from 'node:crypto'
import { readWholeText } from '../data/utf8-text.ts'
import { DatasetError } from '../errors.ts'
import { planTrees, type PlannedTree } from '../plan/batches.ts'
import { lastNodes } from '../plan/token-tree.ts'

/** Plain English statements on different subjects. */
const OWN_SENTENCES = [
  'Water boils at a lower temperature on a mountain because the air pressure is lower there.',
  'The library closes at eight, so we returned the books on the way home from work.',
  'In 1969 two people walked on the surface of the Moon while a third stayed in orbit.',
  'She whisked the eggs with sugar, folded in the flour, and put the cake into the oven.',
  'A function that calls itself needs a case in which it stops.',
  'The river froze early that winter, and the ferries did not run until March.',
  'If all birds have feathers and a penguin is a bird, then a penguin has feathers.',
  'Prices rose by three percent last year, mostly because energy became more expensive.',
  'He tightened the bolt with a wrench, wiped his hands, and started the engine.',
  'The committee read the report twice before it asked the author about the missing figures.',
]

/** Sentences and where they are from. */
export interface CalibrationText {
  /** A path, or `built-in`. */
  readonly source: string
  readonly sentences: readonly string[]
  /** Over the sentences joined by line ends, hexadecimal. */
  readonly sha256: string
}

/** Tokenized sentences, planned into trees. */
export interface Calibration {
  readonly sentenceCount: number
  readonly tokenCount: number
  readonly trees: readonly PlannedTree[]
  /** For each sentence, its tree and the rows of its tokens there. */
  readonly sentences: readonly { readonly tree: number; readonly rows: readonly number[] }[]
}

/** The non-empty lines of a text file; ten built-in sentences without a file. Fails with DatasetError when the file has no sentences. */
export async function readCalibrationText(file: string | undefined): Promise<CalibrationText> {
  if (file === undefined) return describe('built-in', OWN_SENTENCES)
  const text = await readWholeText(file).catch((cause: unknown) => {
    throw cause instanceof DatasetError
      ? cause
      : new DatasetError(`cannot read the calibration file ${file}`, 'Give a text file with one sentence per line.', { cause })
  })
  const sentences = text.split(/\r?\n/u).filter((line) => line.trim() !== '')
  if (sentences.length === 0) throw new DatasetError(`the calibration file ${file} holds no sentences`, 'Write one sentence per line.')
  return describe(file, sentences)
}

function describe(source: string, sentences: readonly string[]): CalibrationText {
  return { source, sentences, sha256: createHash('sha256').update(sentences.join('\n')).digest('hex') }
}

/** Most tokens of a forward pass. */
const TREE_TOKENS = 2048

/** Tokenizes with the special tokens that the tokenizer adds by default. Fails with DatasetError on a sentence of no tokens or longer than the window. */
export function planCalibration({ source, sentences }: CalibrationText, encode: (text: string) => readonly number[], maxPositions: number): Calibration {
  const inputs = sentences.map((sentence, index) => {
    const tokens = encode(sentence)
    const where = `calibration sentence ${index + 1} (${source})`
    if (tokens.length === 0) throw new DatasetError(`${where} has no tokens: ${JSON.stringify(sentence)}`, 'Remove the sentence.')
    if (tokens.length > maxPositions)
      throw new DatasetError(`${where} has ${tokens.length} tokens, the model's window ${maxPositions}`, 'Shorten it or split it.')
    return { input: Int32Array.from(tokens) }
  })
  const { trees } = planTrees(inputs, TREE_TOKENS)
  const sentenceRows = inputs.map(({ input }, sentence) => {
    const tree = trees.findIndex(({ members }) => members.includes(sentence))
    const end = trees[tree]!.tree.ends[trees[tree]!.members.indexOf(sentence)]!
    return { tree, rows: lastNodes(trees[tree]!.tree, end, input.length) }
  })
  return { sentenceCount: sentences.length, tokenCount: inputs.reduce((sum, { input }) => sum + input.length, 0), trees, sentences: sentenceRows }
}
