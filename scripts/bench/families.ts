/**
 * How near each family comes to what the processor can do: node --import ./scripts/typescript.js scripts/bench/families.ts [FAMILY,…] [ROUNDS]
 *
 * Makes random models of about 100 million parameters (family-shapes.ts) and scores requests as long as PIQA's. Prints for each the operations a
 * second as a share of the peak GEMM rate, which is measured in the same process after each round; and for a mixture of experts also its time in
 * multiples of a dense model with the parameters that a token goes through, both alternating. Medians over rounds, because other work on the machine
 * slows it for a while. Needs 2 GB of memory and no download.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { makeRandomModel } from '../../src/benchmark/random-model.ts'
import { syntheticWorkload } from '../../src/benchmark/workload.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { onnxEngine } from '../../src/engine/onnx/onnx-engine.ts'
import { parseConfig } from '../../src/model/config/config.ts'
import { DENSE_SHAPES, MIXTURE_SHAPES } from './family-shapes.ts'
import { median } from './median.ts'

/** Items of PIQA: two to three passes of 1,024 tokens. */
const ITEMS = 50
/** What is required. */
const LEAST_SHARE = { dense: 0.8, mixture: 0.5 }
const MOST_RATIO = 1.5

const [names, rounds = '3'] = process.argv.slice(2)
const isAsked = (name: string) => names === undefined || names === 'all' || names.split(',').includes(name)

const folder = mkdtempSync(path.join(os.tmpdir(), 'families-'))
try {
  console.log('| family | parameters | roofline | rounds |\n|---|---|---|---|')
  for (const [name, fields] of Object.entries(DENSE_SHAPES).filter(([name]) => isAsked(name))) await measureDense(name, { model_type: name, ...fields })
  console.log('\n| mixture | parameters | roofline | time ÷ dense model | rounds |\n|---|---|---|---|---|')
  for (const [name, { mixture, dense }] of Object.entries(MIXTURE_SHAPES).filter(([name]) => isAsked(name))) await measureMixture(name, mixture, dense)
} finally {
  rmSync(folder, { recursive: true })
}

async function measureDense(name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  await using model = await open(name, fields)
  const shares: number[] = []
  for (let round = 0; round < Number(rounds); round++) shares.push(await shareOfPeak(model))
  const share = median(shares)
  console.log(`| ${name} | ${millions(model.parameterCount)} | ${mark(share, share >= LEAST_SHARE.dense)} | ${shares.map(figure).join(', ')} |`)
}

async function measureMixture(name: string, mixture: Readonly<Record<string, unknown>>, dense: Readonly<Record<string, unknown>>): Promise<void> {
  await using model = await open(name, mixture)
  await using other = await open(`${name}-dense`, dense)
  const shares: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    shares.push(await shareOfPeak(model))
    const before = await score(other)
    const own = await score(model)
    const after = await score(other)
    ratios.push((2 * own.seconds) / (before.seconds + after.seconds))
  }
  const [share, ratio] = [median(shares), median(ratios)]
  console.log(
    `| ${name} | ${millions(model.parameterCount)}, dense ${millions(other.parameterCount)} | ${mark(share, share >= LEAST_SHARE.mixture)} | ` +
      `${mark(ratio, ratio <= MOST_RATIO)} | ${shares.map(figure).join(', ')}; ${ratios.map(figure).join(', ')} |`,
  )
}

/** A model on the processor, warmed up. */
interface OpenModel extends AsyncDisposable {
  readonly engine: Engine
  readonly vocabularySize: number
  readonly parameterCount: number
}

async function open(name: string, fields: Readonly<Record<string, unknown>>): Promise<OpenModel> {
  const config = parseConfig(fields, `${name}/config.json`)
  const place = mkdtempSync(path.join(folder, 'model-'))
  const { weights, parameterCount } = await makeRandomModel(place, config, 'BF16')
  const engine = await onnxEngine(config, weights)
  const model = {
    engine,
    vocabularySize: config.vocabularySize,
    parameterCount,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      rmSync(place, { recursive: true })
    },
  }
  await score(model)
  await engine.peakGemmRate!()
  return model
}

/** Operations a second as a share of the peak GEMM rate, which is measured before and after. */
async function shareOfPeak(model: OpenModel): Promise<number> {
  const before = await model.engine.peakGemmRate!()
  const { operations, seconds } = await score(model)
  const after = await model.engine.peakGemmRate!()
  return operations / seconds / ((before! + after!) / 2)
}

async function score({
  engine,
  vocabularySize,
}: Pick<OpenModel, 'engine' | 'vocabularySize'>): Promise<{ readonly operations: number; readonly seconds: number }> {
  const { sequences } = syntheticWorkload('piqa', ITEMS, vocabularySize)
  const startedAt = performance.now()
  let sum = 0
  for await (const { operations = 0 } of engine.score(sequences)) sum += operations
  return { operations: sum, seconds: (performance.now() - startedAt) / 1000 }
}

function millions(count: number): string {
  return `${Math.round(count / 1e6)} M`
}

function figure(value: number): string {
  return value.toFixed(2)
}

function mark(value: number, isEnough: boolean): string {
  return `${figure(value)}${isEnough ? '' : ' ✗'}`
}
