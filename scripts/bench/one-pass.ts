/**
 * What it saves to compute models together that share layers: node scripts/bench/one-pass.ts MODEL DATA [--rows N] [--repeats N] [--small-vocabulary]
 *
 * MODEL is a folder such as SmolLM2-135M, DATA holds piqa/validation.jsonl or another file of rows. Makes three LaCo variants of the model, then
 * alternates runs of all four models together and one after another. Prints whether the scores are equal, engine time as a share of separate runs
 * beside those of the layer passes and of all operations, and peak memory beside that of the original by itself plus the weights of the layers that
 * only variants have. The last line has the verdicts. Other work on the machine shows in the rounds; it moves no layer pass.
 *
 * Each model has a head of its own, a fifth of SmolLM2-135M's operations. With --small-vocabulary, MODEL's layers have a head that is next to nothing;
 * its tokens are characters, about five times as many.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { runModels, type RunResult } from '../../src/run/run-models.ts'
import { mebibytes } from '../../src/text/byte-size.ts'
import { median } from './median.ts'
import { writeWithSmallVocabulary } from './small-vocabulary.ts'

const {
  positionals: [model, data],
  values: { rows, repeats: rounds, 'small-vocabulary': isSmall },
} = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '50' }, repeats: { type: 'string', default: '3' }, 'small-vocabulary': { type: 'boolean', default: false } },
})
if (model === undefined || data === undefined) throw new Error('usage: node scripts/bench/one-pass.ts MODEL DATA [--rows N] [--repeats N] [--small-vocabulary]')

/** Largest share of the layers that each variant loses. */
const SETTINGS = [0.1, 0.2, 0.3]

const folder = mkdtempSync(path.join(os.tmpdir(), 'one-pass-'))
try {
  const small = path.join(folder, 'small')
  if (isSmall) await writeWithSmallVocabulary(model, small)
  await measure(isSmall ? small : model, data)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(original: string, dataDir: string): Promise<void> {
  const models = [`original=${original}`]
  for (const maxCompression of SETTINGS) {
    const out = path.join(folder, `laco-${maxCompression}`)
    // In a process of its own: what pruning held would count as memory of every run.
    execFileSync(process.execPath, [...process.execArgv, 'src/cli.ts', ...pruning(original, out, maxCompression)], { stdio: ['ignore', 'ignore', 'pipe'] })
    models.push(`laco-${maxCompression}=${out}`)
  }
  const run = (sharedLayers: boolean) =>
    runModels({ model: models, tasks: ['piqa'], dataDir, limit: Number(rows), sharedLayers, cache: false, device: 'cpu', output: path.join(folder, 'results') })
  const shares: number[] = []
  const byOperations: number[] = []
  const peaks: number[] = []
  const limits: number[] = []
  let isEqual = true
  for (let round = 1; round <= Number(rounds); round++) {
    const isFirst = round % 2 === 1
    const [one, other] = [await run(isFirst), await run(!isFirst)]
    const [together, apart] = isFirst ? [one, other] : [other, one]
    const time = engineMsOf(together) / engineMsOf(apart)
    const passes = layerPassesOf(together) / layerPassesOf(apart)
    const operations = operationsOf(together) / operationsOf(apart)
    shares.push(time / passes)
    byOperations.push(time / operations)
    peaks.push(peakOf(together))
    limits.push(apart.runs[0]!.record.work.peakBytes + differingBytes(together))
    isEqual &&= areEqual(together, apart)
    console.log(
      `round ${round}: scores ${areEqual(together, apart) ? 'equal' : 'DIFFER'} · largest difference ${largestDifference(together, apart).toExponential(1)} nats · ` +
        `engine ${seconds(engineMsOf(together))} of ${seconds(engineMsOf(apart))} = ${time.toFixed(3)} · layer passes ${passes.toFixed(3)} · ` +
        `operations, heads included, ${operations.toFixed(3)} · memory ${mebibytes(peakOf(together))}, one after another ${mebibytes(peakOf(apart))}`,
    )
  }
  const verdict = (ratio: number) => `${ratio.toFixed(3)}, ${Math.abs(ratio - 1) <= 0.05 ? 'within' : 'NOT within'} 5 %`
  console.log(
    `scores ${isEqual ? 'equal' : 'DIFFER'} · engine time ÷ layer passes ${verdict(median(shares))}; ÷ operations ${verdict(median(byOperations))} (medians of ${rounds}) · ` +
      `memory ${mebibytes(median(peaks))}: ${median(peaks) <= median(limits) ? 'below' : 'ABOVE'} one model plus what differs, ${mebibytes(median(limits))}`,
  )
}

function pruning(original: string, out: string, maxCompression: number): string[] {
  return ['prune', 'laco', '--model', original, '--out', out, '--threshold', '0.3', '--max-compression', String(maxCompression)]
}

function engineMsOf({ runs }: RunResult): number {
  return runs.reduce((sum, { record }) => sum + record.work.elapsedMs.engine, 0)
}

/** Matrix products of layers and heads; each model has a head of its own. */
function operationsOf({ runs }: RunResult): number {
  return runs.reduce((sum, { record }) => sum + record.work.operations, 0)
}

function layerPassesOf({ runs }: RunResult): number {
  return runs.reduce((sum, { record }) => sum + record.work.layerPassesComputed!, 0)
}

/** In f32, of the layers that only variants have: their number by the layer passes, the size of one by what a variant lost. */
function differingBytes({ runs }: RunResult): number {
  const [original, ...variants] = runs.map(({ record: { work, model: own } }) => ({
    asked: work.layerPassesAsked! / work.tokensAsked!,
    distinct: work.layerPassesDistinct! / work.tokensDistinct!,
    parameters: own.parameterCount!,
  }))
  const smallest = variants.at(-1)!
  const perLayer = (original!.parameters - smallest.parameters) / (original!.asked - smallest.asked)
  return 4 * perLayer * variants.reduce((sum, { distinct }) => sum + distinct, 0)
}

function peakOf({ runs }: RunResult): number {
  return Math.max(...runs.map(({ record }) => record.work.peakBytes))
}

function areEqual(a: RunResult, b: RunResult): boolean {
  const scores = ({ runs }: RunResult) => JSON.stringify(runs.map(({ record }) => record.tasks.map(({ scores: own }) => own)))
  return scores(a) === scores(b)
}

function largestDifference(a: RunResult, b: RunResult): number {
  const logProbs = ({ runs }: RunResult) =>
    runs.flatMap(({ record }) => record.tasks.flatMap(({ items }) => items.flatMap(({ logLikelihoods }) => logLikelihoods.map(({ logProb }) => logProb))))
  const others = logProbs(b)
  return Math.max(...logProbs(a).map((logProb, index) => Math.abs(logProb - others[index]!)))
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
