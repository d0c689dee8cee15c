/** Verifies a model card: against itself, against stored runs, or against models that are scored now. */
import path from 'node:path'
import type { StatusProfile } from '../../compare/status.ts'
import { compareRuns } from '../../compare/compare-runs.ts'
import { AbortError, CardError, CheckpointError, EngineError, UsageError } from '../../errors.ts'
import { pathExists } from '../../io/path-exists.ts'
import { parseConfig, readConfig, type ModelConfig } from '../../model/config/config.ts'
import { parseModel } from '../../run/parse-model.ts'
import { runModels } from '../../run/run-models.ts'
import type { OnEvent, RunEvent } from '../../run/run-events.ts'
import { readStoredRun } from '../../store/read-stored-run.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { baseModelOf } from '../read/base-model.ts'
import { isKnownBenchmark } from '../read/benchmark-name.ts'
import { cardFile } from '../read/card-file.ts'
import { cardFigures } from '../read/card-figures.ts'
import { printed } from '../read/printed-cell.ts'
import { openCard } from '../read/open-card.ts'
import type { Card } from '../read/read-card.ts'
import { readJsonFile } from '../read/read-json-file.ts'
import { KNOWN_MODELS } from './published-figures.ts'
import { reproduceCard } from './reproduce-card.ts'
import type { ReproducedCell } from './reproduced-cell.ts'
import { checkCard, type CardVerdict } from './check-card.ts'

/** What to verify a card with. */
export interface VerifyCardOptions {
  /** README.md of a model, or its folder. */
  readonly card: string
  /** Words for retentions; those that the card was written with when absent, else those of published cards. */
  readonly profile?: StatusProfile | undefined
  /** config.json of the original, or its folder; a known one, or the one beside the card, when absent. */
  readonly config?: string | undefined
  /** Stored runs to compare the scores with: both or none. */
  readonly originalRun?: string | undefined
  readonly variantRun?: string | undefined
  /** Scores both models now; absent if they are not to be scored. */
  readonly scoring?: CardScoring | undefined
}

/** How the models of a card are scored. */
export interface CardScoring {
  /** `original=WHERE` and `variant=WHERE`, or the name of one of the card's models; base_model and the card's folder when absent. */
  readonly model?: readonly string[] | undefined
  readonly dataDir?: string | undefined
  readonly limit?: number | undefined
  readonly output?: string | undefined
  readonly onEvent?: OnEvent<RunEvent> | undefined
  readonly signal?: AbortSignal | undefined
}

/** What verifying found. */
export interface VerifiedCard extends CardVerdict {
  /** Cells compared with runs; empty if there were none. */
  readonly reproduced: readonly ReproducedCell[]
  /** Whether no cell and no finding is wrong. */
  readonly isRight: boolean
}

/** Checks every figure of a card. Fails with CardError on a card without figures, and as `runModels` does if it scores. */
export async function verifyCard({ card: place, profile, config, originalRun, variantRun, scoring }: VerifyCardOptions): Promise<VerifiedCard> {
  const file = await cardFile(place)
  const card = await openCard(file)
  const verdict = await checkCard(card, profile, await configOf(file, config, card))
  if (verdict.cells.length === 0)
    throw new CardError(`${file} has no figures to check`, 'It needs a table with the columns Benchmark, Original, Pruned and Retention.')
  const runs = scoring ? await scoreCard(file, card, scoring) : await storedRuns(originalRun, variantRun)
  const reproduced = runs ? reproduceCard(card, compareRuns(runs[0], [runs[1]], { commonItems: true })) : []
  const isWrong =
    verdict.cells.some((cell) => cell.verdict === 'different') ||
    verdict.findings.some(({ kind }) => kind === 'wrong') ||
    reproduced.some((cell) => cell.verdict === 'different')
  return { ...verdict, reproduced, isRight: !isWrong }
}

/** The original's config: the given one, or the one beside the card with the layers that the card gives for the original. */
async function configOf(file: string, config: string | undefined, card: Card): Promise<ModelConfig | undefined> {
  if (config !== undefined) return config.endsWith('.json') ? parseConfig(await readJsonFile(config), config) : readConfig(config)
  const base = baseModelOf(card)
  const folder = path.dirname(path.resolve(file))
  const isKnown = base !== null && Object.hasOwn(KNOWN_MODELS, base.toLowerCase())
  if (isKnown || !(await pathExists(path.join(folder, 'config.json')))) return undefined
  const [before] = (cardFigures(card).attributes.get('original layers') ?? []).flatMap((cell) => printed(cell) ?? [])
  if (!before) return undefined
  try {
    return { ...(await readConfig(folder)), layerCount: before.value }
  } catch (error) {
    // It was not asked for: if it is of another architecture, the card is verified without it.
    if (error instanceof CheckpointError) return undefined
    throw error
  }
}

type Pair = readonly [original: StoredRun, variant: StoredRun]

async function storedRuns(original: string | undefined, variant: string | undefined): Promise<Pair | null> {
  if (original === undefined && variant === undefined) return null
  if (original === undefined || variant === undefined) throw new UsageError('only one run is given', 'Give --original-run and --variant-run, or --run.')
  return [await readStoredRun(original), await readStoredRun(variant)]
}

/** Scores both models on the benchmarks of the card. */
async function scoreCard(file: string, card: Card, { model = [], dataDir, limit, output, onEvent, signal }: CardScoring): Promise<Pair> {
  const { benchmarks, perplexities, divergences } = cardFigures(card)
  const tasks = [...benchmarks.map(({ task }) => task).filter(isKnownBenchmark), ...(perplexities.length > 0 ? ['wikitext'] : [])]
  const { runs, isComplete } = await runModels({
    model: await modelsOf(file, card, model),
    tasks,
    dataDir,
    limit,
    output,
    divergence: divergences.length > 0,
    ...(onEvent && { onEvent }),
    ...(signal && { signal }),
  })
  const failure = runs.find(({ record }) => record.failure)?.record.failure
  if (failure) throw new EngineError(failure.message, failure.hint)
  if (!isComplete || signal?.aborted) throw new AbortError()
  const [original, variant] = runs
  return [await readStoredRun(original!.resultsFile), await readStoredRun(variant!.resultsFile)]
}

async function modelsOf(file: string, card: Card, model: readonly string[]): Promise<string[]> {
  const given = new Map(model.map((option) => [parseModel(option).label, option]))
  const base = baseModelOf(card)
  const folder = path.dirname(path.resolve(file))
  const hasConfig = await pathExists(path.join(folder, 'config.json'))
  const [own, ...more] = [...given.keys()].filter((label) => label !== 'original')
  if (more.length > 0)
    throw new UsageError(`--model names several models beside the original: ${[own, ...more].join(', ')}`, 'Give one; verify again for each of the others.')
  const original = given.get('original') ?? (base === null ? undefined : `original=${base}`)
  const usual = hasConfig ? `variant=${folder}` : undefined
  const variant = own === undefined ? usual : given.get(own)
  if (original === undefined || variant === undefined)
    throw new UsageError(`which model is the ${original === undefined ? 'original' : 'card’s own'}?`, 'Give --model original=WHERE and --model variant=WHERE.')
  return [original, variant]
}
