/** Tokenizers whose parts are drawn by chance give the ids that the Rust library gives, on rows of benchmarks and on Unicode, or are refused by name. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTokenizer } from '../../../src/model/tokenizer/tokenizer.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { pythonWith } from '../../../scripts/reference.ts'
import { benchmarkTexts, blocks, generator, mixtures } from '../../../scripts/tokenizer-texts.ts'
import { attempt } from '../../reference.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const SHARED = path.resolve(process.env['EVALHARNESS_SHARED'] ?? '../shared')
const SPECIAL = { bosTokenId: 1, eosTokenId: 2, vocabularySize: 2 ** 32 }
const TOKENIZERS = Number(process.env['TOKENIZER_FUZZ_COUNT'] ?? 150)
const SEED = process.env['TOKENIZER_FUZZ_SEED'] ?? '20'
/** A tokenizer with a part that is refused tests nothing; most must not be refused. */
const LEAST_COMPARED = 0.5

const python = attempt(() => pythonWith('tokenizers==0.23.3'))

describe.skipIf(python.missing)(`against the Rust library${python.missing ? ` (${python.missing})` : ''}`, () => {
  test(`${TOKENIZERS} tokenizers: the same ids, or refused by name`, { timeout: 1_200_000 }, async () => {
    const next = generator(7)
    const texts = [...benchmarkTexts(SHARED, 150), ...mixtures(700, next), ...blocks(next)]
    const folder = temporaryFolder()
    const file = path.join(folder, 'texts.json')
    writeFileSync(file, JSON.stringify(texts))
    const made = path.join(folder, 'made')
    execFileSync(python.value!, ['scripts/make-tokenizer-goldens.py', 'random', made, SEED, String(TOKENIZERS), file], {
      stdio: ['ignore', 'inherit', 'ignore'],
    })
    const refused = new Map<string, number>()
    const wrong: string[] = []
    let compared = 0
    for (const name of readdirSync(made)) {
      const place = path.join(made, name)
      const want = JSON.parse(readFileSync(path.join(place, 'ids.json'), 'utf8')) as number[][]
      try {
        const tokenizer = await readTokenizer(place, SPECIAL)
        const differing = texts.findIndex((text, index) => tokenizer.encode(text).join() !== want[index]!.join())
        compared++
        if (differing < 0) continue
        const {
          model,
          added_tokens: added,
          ...parts
        } = JSON.parse(readFileSync(path.join(place, 'tokenizer.json'), 'utf8')) as { model: { vocab: unknown; merges: unknown }; added_tokens: unknown[] }
        const given = tokenizer.encode(texts[differing]!)
        wrong.push(
          JSON.stringify({
            name,
            text: texts[differing],
            want: want[differing],
            given,
            parts,
            added: added.slice(3),
            model: { ...model, vocab: 0, merges: 0 },
          }),
        )
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error
        const reason = error.message.replace(/^\S+ /u, '').slice(0, 120)
        refused.set(reason, (refused.get(reason) ?? 0) + 1)
      }
    }
    // eslint-disable-next-line no-console -- the figures are what a reader of the run wants
    console.log(`${compared} of ${TOKENIZERS} tokenizers compared on ${texts.length} texts; refused:`, Object.fromEntries(refused))
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(LEAST_COMPARED * TOKENIZERS)
  })
})
