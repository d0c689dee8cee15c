/** All readers of untrusted input, each with its files. A new kind of file is one more entry in `fuzzTargets`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { compileChatTemplate, type ChatMessage } from '../../src/model/chat-template/chat-template.ts'
import { readChatTemplate } from '../../src/model/chat-template/read-chat-template.ts'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import { readConfig } from '../../src/model/config/config.ts'
import { countParameters } from '../../src/model/weights/expected-tensors.ts'
import { readSafetensorsHeader } from '../../src/model/weights/safetensors.ts'
import { tensorReader } from '../../src/model/weights/tensor-bytes.ts'
import { readTokenizer } from '../../src/model/tokenizer/tokenizer.ts'
import { hashWeights } from '../../src/model/weights/weights-hash.ts'
import { readWeights } from '../../src/model/weights/weights.ts'
import { runCommandLine } from '../../src/commands/command-line.ts'
import { terminalOver } from '../../src/commands/terminal.ts'
import { readParquet } from '../../src/data/parquet.ts'
import { batchBudget } from '../../src/engine/onnx/batch-budget.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { chooseLayers } from '../../src/prune/scan/choose-layers.ts'
import { readScan } from '../../src/prune/scan/read-scan.ts'
import { scanPage } from '../../src/report/scan/scan-page.ts'
import { scanReport } from '../../src/report/scan/scan-report.ts'
import { readAdapter } from '../../src/model/runnable/read-adapter.ts'
import { unpackMatrix } from '../../src/model/runnable/unpack-matrix.ts'
import { CARD, CONFIG } from '../../test/card/card-fixture.ts'
import { HOSTILE_TEXTS } from './hostile-values.ts'
import { hubTarget } from './hub-target.ts'
import { lmEvalTargets } from './lm-eval-targets.ts'
import {
  ADAPTED_MODEL,
  adapterSeeds,
  chatTemplateSeeds,
  checkpointSeeds,
  configSeeds,
  jsonFile,
  LACO_RECORD,
  LAYER_SCAN,
  parquetSeeds,
  POLICY,
  PROFILE,
  quantizedSeeds,
  ROW_TASKS,
  rowSeeds,
  runSeeds,
  tokenizerSeeds,
  SHORTEST_CONFIG,
} from './seeds.ts'
import type { FuzzTarget } from './target.ts'

const CHAT: readonly ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'open a jar' },
  { role: 'assistant', content: 'Use' },
]

async function renderChats(folder: string): Promise<void> {
  const { text } = await readChatTemplate(folder)
  const template = compileChatTemplate(text, { bos_token: '<s>', eos_token: '</s>' }, folder)
  for (const count of [1, 2, 3]) template.render(CHAT.slice(0, count), { continues: count === 3 })
}

/** A few texts that benchmarks have, and some that they do not. */
const TEXTS = [
  'open a jar',
  'Question: 2 + 2?\nAnswer: 4',
  'naïve 🥚 é',
  ...HOSTILE_TEXTS.filter(({ length }) => length < 100),
  'word '.repeat(200),
  'x'.repeat(5000),
  ' '.repeat(2000),
]

/** All targets. Reading the seeds takes a moment, so they are made when asked for. */
export function fuzzTargets(): FuzzTarget[] {
  const checkpoints = checkpointSeeds()
  const runs = runSeeds()
  const only = (...names: readonly string[]) => checkpoints.map((files) => Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name))))
  return [
    { name: 'safetensors', share: 12, seeds: only('model.safetensors').slice(0, 4), read: (folder) => readTensors(path.join(folder, 'model.safetensors')) },
    { name: 'config', links: true, share: 12, seeds: [...configSeeds(), ...only('config.json'), SHORTEST_CONFIG], read: readModelConfig },
    { name: 'weights-index', links: true, share: 8, seeds: checkpoints.slice(-1), read: readIndexed },
    { name: 'chat-template', links: true, share: 6, seeds: chatTemplateSeeds(), read: renderChats },
    { name: 'tokenizer', links: true, share: 12, seeds: tokenizerSeeds(), read: encodeTexts },
    { name: 'checkpoint', links: true, share: 6, seeds: checkpoints, read: async (folder) => void (await hashWeights((await openCheckpoint(folder)).weights)) },
    { name: 'prune', links: true, share: 4, seeds: checkpoints, read: pruneInto },
    { name: 'layer-scan', share: 4, seeds: [{ 'layers.json': jsonFile(LAYER_SCAN) }], read: drawScan },
    { name: 'quantized', links: true, share: 8, seeds: quantizedSeeds(), read: unpackAll },
    { name: 'adapter', links: true, share: 8, seeds: adapterSeeds(), read: readAdapterOf },
    { name: 'parquet', share: 10, seeds: parquetSeeds(), read: (folder) => readRows(path.join(folder, 'rows.parquet')) },
    { name: 'jsonl', share: 8, seeds: rowSeeds('jsonl'), read: renderRows },
    { name: 'csv', share: 6, seeds: rowSeeds('csv'), read: renderRows },
    { name: 'text', share: 2, seeds: rowSeeds('txt'), read: renderRows },
    {
      name: 'run',
      share: 10,
      seeds: runs,
      read: (folder) => command('compare', ...bothRuns(folder), '--all-metrics', '--subsets'),
    },
    { name: 'report', share: 4, seeds: runs, read: writeReport },
    { name: 'gate', share: 6, seeds: runs.map((files) => ({ ...files, 'gate.yaml': Buffer.from(POLICY) })), read: gate },
    { name: 'profile', share: 4, seeds: [{ 'profile.yaml': Buffer.from(PROFILE), 'README.md': Buffer.from(CARD) }], read: verifyWithProfile },
    { name: 'card', share: 10, seeds: [{ 'README.md': Buffer.from(CARD), 'config.json': jsonFile(CONFIG) }], read: verifyCardFile },
    {
      name: 'card-write',
      share: 6,
      seeds: runs.map((files) => ({ ...files, 'README.md': Buffer.from(CARD_TO_REPLACE), 'laco.json': jsonFile(LACO_RECORD) })),
      read: (folder) =>
        command(
          'card',
          'write',
          ...bothRuns(folder),
          '--into',
          path.join(folder, 'README.md'),
          '--laco',
          path.join(folder, 'laco.json'),
          '--eval-results',
          '--partial',
        ),
    },
    ...lmEvalTargets(),
    hubTarget(checkpoints),
  ]
}

async function readTensors(file: string): Promise<void> {
  const entries = await readSafetensorsHeader(file)
  await using reader = tensorReader(path.dirname(file))
  for (const { byteOffset, byteLength } of entries.slice(0, 3)) await reader.read({ location: path.basename(file), byteOffset }, 0, Math.min(byteLength, 1000))
}

async function readModelConfig(folder: string): Promise<void> {
  const config = await readConfig(folder)
  if (!Number.isSafeInteger(countParameters(config))) throw new Error('a number of parameters that is not exact')
  const { most } = batchBudget(config)
  if (!(most > 0)) throw new Error(`a budget of ${most} tokens`)
}

async function readIndexed(folder: string): Promise<void> {
  const { root, tensors } = await readWeights(folder, await readConfig(folder))
  for (const { location } of tensors.values()) if (location.startsWith('..')) throw new Error(`${location} is above ${root}`)
}

/** Unpacks every matrix into memory that is thrown away. */
async function unpackAll(folder: string): Promise<void> {
  const { root, packed } = await readWeights(folder, await readConfig(folder), { mayBeQuantized: true })
  let size = 0
  const reserve = (length: number) => (size += length) - length
  const scratch = { file: '', reserve, write: async () => {}, read: async () => {}, [Symbol.asyncDispose]: async () => {} }
  await using reader = tensorReader(root)
  for (const [name, matrix] of packed) await unpackMatrix(name, matrix, false, { reader, scratch, location: '' })
}

/** For a small model that some of the seeds are of. */
async function readAdapterOf(folder: string): Promise<void> {
  await readAdapter(folder, await readConfig(ADAPTED_MODEL))
}

async function encodeTexts(folder: string): Promise<void> {
  const tokenizer = await readTokenizer(folder, { bosTokenId: 1, eosTokenId: 2, vocabularySize: 100_000 })
  if (!Number.isInteger(tokenizer.prefixToken)) throw new Error(`the prefix is token ${tokenizer.prefixToken}`)
  for (const text of TEXTS) for (const id of tokenizer.encode(text)) if (!Number.isInteger(id) || id < 0) throw new Error(`token ${id}`)
}

/** Drops a layer; its output must be below the folder. */
async function pruneInto(folder: string): Promise<void> {
  const out = path.join(folder, 'pruned')
  await command('prune', 'drop', '--model', folder, '--layers', '1', '--out', out)
  for (const name of readdirSync(out)) {
    const text = readFileSync(path.join(out, name), 'latin1')
    if (text.includes('root:x:0:0') || text.includes(`PATH=`)) throw new Error(`${name} holds a file from outside`)
  }
}

/** Chooses layers by the record, and makes its page and its table. */
async function drawScan(folder: string): Promise<void> {
  const scan = await readScan(path.join(folder, 'layers.json'))
  const units = scan.units.map(({ first, last, damage }) => ({ first, last, value: damage }))
  if (units.length > 1) chooseLayers(units, { layerCount: scan.model.layerCount, keep: scan.model.layerCount - 1 })
  const page = scanPage(scan)
  const strange = (page.match(/<(?:script|img|iframe|object|embed|link|base|form|image|use|foreignObject|a)\b[^>]*/giu) ?? [])[0]
  if (strange !== undefined) throw new Error(`the page has ${strange}`)
  JSON.stringify(scanReport(scan).records())
}

/** A shorter limit than the program's ends what takes longer. It has to leave room for the start of the reader's process on a busy machine. */
async function readRows(file: string): Promise<void> {
  for await (const { value } of readParquet(file, 4000)) JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
}

const tasks = await loadTasks()

/** The rows as the task's prompts, which its own rules for text make. */
async function renderRows(folder: string): Promise<void> {
  const [file] = readdirSync(folder)
  const name = file?.endsWith('.txt') ? 'wikipedia' : (ROW_TASKS.find((task) => file?.startsWith(task)) ?? 'piqa')
  const { subsets: _, shots: __, ...task } = tasks.get(name)! as never as { subsets?: unknown; shots?: unknown }
  await loadTask(task as never, { dataFiles: { [name]: path.join(folder, file ?? 'rows.jsonl') } })
}

/** The runs of the seeds have other tasks than the card's table, which is replaced if its markers allow it. */
const CARD_TO_REPLACE = CARD.replace('| Benchmark', '<!-- evalharness:benchmarks:begin -->\n\n| Benchmark').replace(
  '\n\nClosing words',
  '\n\n<!-- evalharness:benchmarks:end -->\n\nClosing words',
)

const bothRuns = (folder: string) => [path.join(folder, 'original'), path.join(folder, 'variant')]

/** A sign of a status, which a page has many of; a name in a run must not make one up with more in it. */
const SIGN = /^<svg class="sign (?:good|bad|warning|unsure)" viewBox="0 0 16 16" aria-hidden="true"$/u

async function writeReport(folder: string): Promise<void> {
  const file = path.join(folder, 'report.html')
  await command('report', ...bothRuns(folder), '--output', file)
  const page = readFileSync(file, 'utf8')
  const found = page.match(/<(?:script|img|iframe|object|embed|link|base|form|svg|image|use|foreignObject|a)\b[^>]*/giu) ?? []
  const elements = found.filter((element) => !SIGN.test(element))
  const strange = elements.filter(
    (element) => !/^<(?:script(?: type="application\/json" id="flip-data")?|svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*)$/u.test(element),
  )
  if (strange.length > 0 || elements.length > 4) throw new Error(`the page has ${strange.concat(elements)[0]}`)
}

async function gate(folder: string): Promise<void> {
  const [junit, summary] = [path.join(folder, 'gate.xml'), path.join(folder, 'summary.md')]
  await command(
    'gate',
    '--baseline',
    bothRuns(folder)[0]!,
    '--candidate',
    bothRuns(folder)[1]!,
    '--policy',
    path.join(folder, 'gate.yaml'),
    '--junit',
    junit,
    '--summary',
    summary,
  )
  if (existsSync(junit) && /<(?!\/?(?:\?xml|testsuites|testsuite|testcase|failure|error|system-out)\b)/u.test(readFileSync(junit, 'utf8')))
    throw new Error('gate.xml has another element')
  if (existsSync(summary) && /^\s*<(?:script|img|svg)/mu.test(readFileSync(summary, 'utf8'))) throw new Error('summary.md has HTML')
}

const verifyWithProfile = (folder: string) => command('card', 'verify', path.join(folder, 'README.md'), '--profile', path.join(folder, 'profile.yaml'))

async function verifyCardFile(folder: string): Promise<void> {
  const card = path.join(folder, 'README.md')
  await command('card', 'verify', card, '--all')
  await command('compare', `${card}#original`, `${card}#variant`)
}

/** Runs a command of the program in this process, and looks at what it would have printed. */
async function command(...args: readonly string[]): Promise<void> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  let printed = ''
  for (const stream of [out, err]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')))
  const terminal = terminalOver(out as unknown as NodeJS.WriteStream, err as unknown as NodeJS.WriteStream, new AbortController().signal)
  const outcome = await runCommandLine(args, terminal).catch((error: unknown) => error)
  // eslint-disable-next-line no-control-regex -- what must not be there
  const control = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]/u.exec(printed)
  if (control) throw new Error(`printed a control character: ${JSON.stringify(printed.slice(Math.max(0, control.index - 20), control.index + 20))}`)
  if (outcome instanceof Error) throw outcome
}
