/** Pruning a real model with the built program: what transformers makes of it, what is left after a kill, what memory it takes. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import { readConfig } from '../../src/model/config/config.ts'
import { tensorReader } from '../../src/model/weights/tensor-bytes.ts'
import { readWeights } from '../../src/model/weights/weights.ts'
import { onnxEngine } from '../../src/engine/onnx/onnx-engine.ts'
import type { LayerMap } from '../../src/prune/map-layers.ts'
import type { LacoRecord } from '../../src/prune/pruning-record.ts'
import { BUILT_PROGRAM, realCheckpoint, transformersPython } from '../reference.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { tinyModel } from '../tiny-model.ts'

const checkpoint = realCheckpoint()
const python = transformersPython()
/** 8 of 30 layers, whatever the similarity: bases 25, 23, 21, 19. */
const EIGHT_LAYERS = ['--max-compression', '0.27', '--threshold', '-1']

function evalharness(...args: readonly string[]): string {
  return execFileSync(process.execPath, [BUILT_PROGRAM, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 })
}

function prune(model: string, ...options: readonly string[]): { readonly out: string; readonly record: LacoRecord } {
  const out = path.join(temporaryFolder(), 'pruned')
  return { out, record: JSON.parse(evalharness('prune', 'laco', '--model', model, '--out', out, '--json', ...options)) as LacoRecord }
}

describe.skipIf(checkpoint.missing)(`SmolLM2-135M${checkpoint.missing ? ` (skipped: ${checkpoint.missing})` : ''}`, () => {
  const model = checkpoint.value!
  const layermap = (variant: string) => JSON.parse(evalharness('layermap', model, variant, '--json')) as LayerMap & { readonly summary: string }

  test('telescope gives the bytes of the layers that the algorithm predicts', async () => {
    const { out, record } = prune(model, ...EIGHT_LAYERS)
    expect(record.iterations.filter(({ decision }) => decision === 'accepted').map(({ base }) => base)).toEqual([25, 23, 21, 19])
    const [before, after] = [await openCheckpoint(model), await openCheckpoint(out)]
    expect([after.config.layerCount, after.parameterCount]).toEqual([22, 106_194_240])
    await using originals = tensorReader(before.weights.root)
    await using pruned = tensorReader(after.weights.root)
    for (const [name, tensor] of after.weights.tensors) {
      const [, index, rest] = /^model\.layers\.(\d+)\.(.*)/u.exec(name) ?? []
      const layer = Number(index)
      const origin = layer < 19 ? layer : layer > 19 ? layer + 8 : rest?.includes('layernorm') ? 19 : 27
      const from = before.weights.tensors.get(index === undefined ? name : `model.layers.${origin}.${rest}`)!
      const [a, b] = [await originals.read(from, 0, from.byteLength), await pruned.read(tensor, 0, tensor.byteLength)]
      expect(Buffer.compare(a, b), name).toBe(0)
    }
  })

  test.each([
    ['telescope', { 27: 1 }],
    ['paper', { 19: -1, 20: 1, 21: -1, 22: 1, 23: -1, 24: 1, 25: -1, 26: 1, 27: 1 }],
    ['mean', { 20: 0.5, 22: 0.25, 24: 0.125, 26: 0.0625, 27: 0.0625 }],
  ])('layermap names the origin of each layer of a %s merge', (rule, sum) => {
    const { layers, verdict } = layermap(prune(model, ...EIGHT_LAYERS, '--rule', rule).out)
    expect(verdict).toEqual({ parent: 'base', method: rule, dropped: [], isDrifted: false })
    expect(layers.map(({ norms }) => norms)).toEqual([...Array.from({ length: 20 }, (_, layer) => layer), 28, 29])
    for (const { layer, kind, norms, sum: found, isExact } of layers) {
      expect(isExact).toBe(true)
      expect([kind, Object.fromEntries(found.map((term) => [term.layer, term.coefficient]))]).toEqual(layer === 19 ? [rule, sum] : ['own', { [norms]: 1 }])
    }
  })

  test('layermap tells a plain drop, and a parent that is another model', () => {
    const out = path.join(temporaryFolder(), 'dropped')
    evalharness('prune', 'drop', '--model', model, '--layers', '19-26', '--out', out)
    expect(layermap(out).summary).toBe('A plain drop: 22 of 30 layers, without 19–26.')
    expect((JSON.parse(evalharness('layermap', tinyModel('smollm2'), out, '--json')) as LayerMap).verdict.parent).toBe('another model')
  })

  test('a prune that is killed at ten random moments leaves no folder that loads, and the next one cleans up', async () => {
    const parent = temporaryFolder()
    const out = path.join(parent, 'pruned')
    const start = (): ChildProcess =>
      spawn(process.execPath, [BUILT_PROGRAM, 'prune', 'laco', '--model', model, '--out', out, '--rule', 'mean', ...EIGHT_LAYERS], { stdio: 'ignore' })
    const startedAt = performance.now()
    await once(start(), 'exit')
    const whole = performance.now() - startedAt
    expect(await loads(out)).toBe(true)
    spawnSync('rm', ['-r', out])
    let leftBehind = 0
    for (let kill = 0; kill < 10; kill++) {
      const child = start()
      // From after the start of the program to just before its end.
      await new Promise((resolve) => setTimeout(resolve, whole * (0.1 + 0.88 * ((kill + Math.random()) / 10))))
      const hasEnded = child.exitCode !== null
      child.kill('SIGKILL')
      if (!hasEnded) await once(child, 'exit')
      if (hasEnded && child.exitCode === 0) {
        spawnSync('rm', ['-r', out])
        continue
      }
      for (const name of readdirSync(parent)) {
        leftBehind++
        expect(await loads(path.join(parent, name)), name).toBe(false)
      }
      expect(existsSync(path.join(out, 'config.json'))).toBe(false)
    }
    expect(leftBehind).toBeGreaterThan(0)
    await once(start(), 'exit')
    expect(readdirSync(parent)).toEqual(['pruned'])
    expect(await loads(out)).toBe(true)
  })

  test.skipIf(process.platform !== 'linux').each(['telescope', 'paper', 'mean'])('memory by the rule %s stays below three layers and 300 MB', async (rule) => {
    const { weights } = await openCheckpoint(model)
    const layerBytes = [...weights.tensors].filter(([name]) => name.startsWith('model.layers.0.')).reduce((sum, [, { byteLength }]) => sum + byteLength, 0)
    const out = path.join(temporaryFolder(), 'pruned')
    const child = spawn(process.execPath, [BUILT_PROGRAM, 'prune', 'laco', '--model', model, '--out', out, '--rule', rule, ...EIGHT_LAYERS], {
      stdio: 'ignore',
    })
    const peak = await peakMemory(child)
    process.stdout.write(`${rule}: peak ${(peak / 1e6).toFixed(0)} MB, limit ${((3 * layerBytes + 300e6) / 1e6).toFixed(0)} MB\n`)
    expect(child.exitCode).toBe(0)
    expect(peak).toBeLessThan(3 * layerBytes + 300e6)
  })
})

/** Whether a folder is a checkpoint that opens; its tokenizer may be missing. */
async function loads(folder: string): Promise<boolean> {
  return readConfig(folder)
    .then((config) => readWeights(folder, config))
    .then(
      () => true,
      () => false,
    )
}

/** The most memory that a process and its children hold together, in bytes: each page counted once, shared or mapped from a file or not. */
async function peakMemory(child: ChildProcess): Promise<number> {
  let peak = 0
  while (child.exitCode === null) {
    peak = Math.max(
      peak,
      family(child.pid!).reduce((sum, pid) => sum + proportionalSize(pid), 0),
    )
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return peak
}

function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return [pid, ...children.flatMap(family)]
  } catch {
    return []
  }
}

function proportionalSize(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

describe.skipIf(python.missing)(`transformers${python.missing ? ` (skipped: ${python.missing})` : ''}`, () => {
  const withTransformers = (model: string, requests: readonly { context: number[]; continuation: number[] }[]): number[] =>
    JSON.parse(
      execFileSync(python.value!, ['scripts/score-with-transformers.py', model], {
        encoding: 'utf8',
        input: JSON.stringify(requests),
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, HF_HUB_OFFLINE: '1' },
      }),
    ) as number[]

  /** The largest difference between its log-likelihoods and ours, in nats a token. */
  async function difference(model: string, requests: readonly { context: number[]; continuation: number[] }[]): Promise<number> {
    const theirs = withTransformers(model, requests)
    const config = await readConfig(model)
    await using engine = await onnxEngine(config, await readWeights(model, config))
    const sequences = requests.map(({ context, continuation }) => ({
      input: Int32Array.from([...context, ...continuation].slice(0, -1)),
      targets: Int32Array.from(continuation),
    }))
    let largest = 0
    for await (const { scores } of engine.score(sequences))
      for (const { sequence, logProb } of scores) largest = Math.max(largest, Math.abs(logProb - theirs[sequence]!) / requests[sequence]!.continuation.length)
    return largest
  }

  test.skipIf(checkpoint.missing).each(['telescope', 'paper', 'mean'])(
    'loads SmolLM2 pruned by the rule %s and agrees within 1e-4 nats a token',
    async (rule) => {
      const { out } = prune(checkpoint.value!, ...EIGHT_LAYERS, '--rule', rule)
      const { tokenizer } = await openCheckpoint(out)
      const requests = ['The capital of France is| Paris.', 'Water freezes at| zero degrees Celsius.', 'def add(a, b):\n    return| a + b'].map((text) => {
        const [context, continuation] = text.split('|').map((part) => [...tokenizer.encode(part)])
        return { context: context!, continuation: continuation! }
      })
      expect(await difference(out, requests)).toBeLessThan(1e-4)
    },
  )

  test.each([['--rule telescope'], ['--rule paper'], ['--rule mean --qk-norm keep']])(
    'loads a pruned Qwen3 with norms of queries and keys, layer_types and shards, and agrees within 1e-4 nats a token: %s',
    async (options) => {
      const original = temporaryFolder()
      execFileSync(python.value!, ['scripts/make-random-qwen3.py', original], { stdio: ['ignore', 'ignore', 'ignore'] })
      for (const name of ['tokenizer.json', 'tokenizer_config.json']) cpSync(path.join(tinyModel('qwen3'), name), path.join(original, name))
      const { out, record } = prune(
        original,
        '--lowest-layer',
        '2',
        '--highest-layer',
        '9',
        '--max-compression',
        '0.4',
        '--threshold',
        '-1',
        ...options.split(' '),
      )
      expect(record.pruned.layers).toBe(6)
      const types = (folder: string) => (JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as { layer_types: string[] }).layer_types
      expect(types(out)).toEqual([0, 1, 2, 3, 4, 9].map((layer) => types(original)[layer]))
      expect(readdirSync(out).filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(1)
      const requests = Array.from({ length: 12 }, (_, request) => ({
        context: Array.from({ length: 9 + 3 * request }, (__, index) => 3 + ((index * 37 + request * 11) % 150)),
        continuation: Array.from({ length: 1 + (request % 4) }, (__, index) => 5 + ((index * 53 + request * 29) % 150)),
      }))
      expect(await difference(out, requests)).toBeLessThan(1e-4)
    },
  )
})
