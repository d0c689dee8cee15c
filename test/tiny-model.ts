/** A model folder that scores in a second: a fixture's random weights, with a tokenizer of ASCII characters. */
import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

const FIXTURES = path.join(import.meta.dirname, 'checkpoints')

/** Copies the fixture `family` into a new folder and adds a tokenizer. */
export function tinyModel(family = 'qwen3'): string {
  const folder = path.join(temporaryFolder(), family)
  cpSync(path.join(FIXTURES, family), folder, { recursive: true })
  writeCharacterTokenizer(folder)
  return folder
}

/** Writes a tokenizer of ASCII characters, ids 0 to 98, into a folder. */
export function writeCharacterTokenizer(folder: string): void {
  const characters = ['<unk>', '<s>', '</s>', 'Ġ', 'Ċ', ...Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))]
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2].map((id) => ({ id, content: characters[id], special: true, single_word: false, lstrip: false, rstrip: false, normalized: false })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(characters.map((character, id) => [character, id])),
      merges: [],
    },
  }
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(
    path.join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }),
  )
}

/** Writes rows as JSON lines; comes back with the path. */
export function writeRows(folder: string, name: string, rows: readonly object[]): string {
  const file = path.join(folder, name)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}

/** Rows of PIQA's form, short enough for the fixtures' window of 128 characters. */
export function piqaRows(count: number): { goal: string; sol1: string; sol2: string; label: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    goal: `cut ${index} ropes`,
    sol1: `with a knife ${index % 7}`,
    sol2: `with a spoon ${index % 5}`,
    label: index % 2,
  }))
}
