/** What a gate knows before all is decided, in a file, so that the same command goes on after Ctrl-C or a crash, and one with more --max-items. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AbortError } from '../../errors.ts'
import { parseJson } from '../../io/parse-json.ts'
import { writeWhole } from '../../io/write-atomically.ts'
import type { ItemValue } from '../../metrics/metric.ts'
import type { BlockScorer } from '../../run/block-scorer.ts'
import type { ScoringOptions } from '../../run/run-options.ts'
import { sanitizedName } from '../../store/sanitized-name.ts'
import { itemName } from './population.ts'
import type { RuledPopulation } from './ruled-population.ts'
import { valueName } from './rule-track.ts'

/** An item's values for the rules, by `valueName`. */
export type RuleValues = Readonly<Record<string, ItemValue>>

/** The scores of a gate up to some moment. */
export interface KnownScores {
  /** By `itemName`. */
  readonly scored: ReadonlyMap<string, RuleValues>
  /** How many requests of an item were cut to the window, by `itemName`; of items that this gate did not draw too. */
  readonly cutRequests: ReadonlyMap<string, number>
}

/** The file of a gate that is not decided. */
export interface UnfinishedGate {
  readonly file: string
  /** What an earlier gate with the same options, items and models knew; nothing if there is none. */
  readonly earlier: KnownScores
  /** Replaces the file. Fails with StoreError. */
  keep(known: KnownScores): Promise<void>
  /** Removes the file, when all is decided. */
  remove(): Promise<void>
}

const stored = z.object({
  identity: z.string(),
  cutRequests: z.record(z.string(), z.int().nonnegative()),
  // A value that JSON cannot hold became null; such an item is scored again.
  items: z.record(
    z.string(),
    z
      .record(z.string(), z.union([z.number(), z.record(z.string(), z.number())]))
      .nullable()
      .catch(null),
  ),
})

/** What is judged. */
interface GatedModel {
  readonly model: { readonly label: string }
  readonly ruled: readonly RuledPopulation[]
  readonly scoring: ScoringOptions
  readonly baseline: { readonly model: { readonly weightsHash: string | null } }
  /** Present if the baseline's model is scored too. */
  readonly original: object | undefined
}

/**
 * Opens `FOLDER/MODEL/gate_HASH.partial.json`. The hash is of all that a score depends on: options, items, weights of the candidate, and those of the
 * baseline if they are scored too. So gates that differ in it do not share a file. A damaged file counts as none. A server's weights are not known:
 * there, the address and the name of the model stand for them. Fails with AbortError if the signal ends the wait for the weights' hash.
 */
export async function openUnfinishedGate(gated: GatedModel, scorer: BlockScorer, signal: AbortSignal | undefined): Promise<UnfinishedGate> {
  const { weightsHash } = await scorer.record()
  // The hash may be missing because of that.
  if (signal?.aborted) throw new AbortError()
  const identity = identityOf(gated, { weightsHash, tokenizerHash: scorer.tokenizerHash })
  const file = path.join(gated.scoring.output, sanitizedName(gated.model.label), `gate_${identity.slice(0, SHOWN_DIGITS)}.partial.json`)
  return {
    file,
    earlier: await read(file, identity),
    async keep({ scored, cutRequests }) {
      const content: z.input<typeof stored> = { identity, cutRequests: Object.fromEntries(cutRequests), items: Object.fromEntries(scored) }
      await writeWhole(file, [JSON.stringify(content)])
    },
    remove: () => rm(file, { force: true }),
  }
}

/** Digits of the hash in the name of a file, which has all of them inside. */
const SHOWN_DIGITS = 12

async function read(file: string, identity: string): Promise<KnownScores> {
  const found = stored.safeParse(
    await readFile(file, 'utf8')
      .then(parseJson)
      .catch(() => null),
  ).data
  if (found?.identity !== identity) return { scored: new Map(), cutRequests: new Map() }
  const known = Object.entries(found.items).flatMap(([name, values]) => (values === null ? [] : [[name, values] as const]))
  return { scored: new Map(known), cutRequests: new Map(Object.entries(found.cutRequests)) }
}

/** Everything that a score depends on: not the order and number of items, nor where files are stored. */
function identityOf({ ruled, scoring, baseline, original }: GatedModel, model: Readonly<Record<string, string | null>>): string {
  const { output: _output, cache: _cache, ...options } = scoring
  const items = ruled.map(({ population, tracks }) => [
    tracks.map(({ request }) => valueName(request)),
    population.drawn.map(({ part, item }) => `${itemName(part, item.docId)} ${item.promptHash} ${item.targetHash}`).toSorted(),
  ])
  const originalHash = original ? baseline.model.weightsHash : null
  return createHash('sha256').update(JSON.stringify({ options, items, model, originalHash })).digest('hex')
}
