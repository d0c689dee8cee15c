/** What a gate knows before it has ended, in a file, so that the same command goes on after Ctrl-C or a crash. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../../io/parse-json.ts'
import { writeWhole } from '../../io/write-atomically.ts'
import type { ItemValue } from '../../metrics/metric.ts'
import type { BlockScorer } from '../../run/block-scorer.ts'
import { sanitizedName } from '../../store/sanitized-name.ts'
import { itemName } from './population.ts'
import type { RuledPopulation } from './ruled-population.ts'
import type { ModelOptions } from './model-options.ts'
import { valueName } from './rule-track.ts'

/** An item's values for the rules, by `valueName`. */
export type RuleValues = Readonly<Record<string, ItemValue>>

/** The scores of a gate up to some moment. */
export interface KnownScores {
  /** By `itemName`. */
  readonly scored: ReadonlyMap<string, RuleValues>
  /** Requests that were cut to the window. */
  readonly cutRequestCount: number
}

/** The file of a gate that has not ended. */
export interface UnfinishedGate {
  readonly file: string
  /** What an earlier gate with the same options, items and model knew; nothing if there is none. */
  readonly earlier: KnownScores
  /** Replaces the file. Fails with StoreError. */
  keep(known: KnownScores): Promise<void>
  /** Removes the file, when the gate has ended. */
  remove(): Promise<void>
}

const stored = z.object({
  identity: z.string(),
  cutRequestCount: z.int().nonnegative(),
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
}

/**
 * Opens `FOLDER/MODEL/gate.partial.json`. A file of other options, other items or other weights, or one that is damaged, counts as none. A server's
 * weights are not known: there, the address and the name of the model stand for them.
 */
export async function openUnfinishedGate({ model, ruled }: GatedModel, options: ModelOptions, scorer: BlockScorer): Promise<UnfinishedGate> {
  const file = path.join(options.output, sanitizedName(model.label), 'gate.partial.json')
  const { weightsHash } = await scorer.record()
  const identity = identityOf(ruled, options, { weightsHash, tokenizerHash: scorer.tokenizerHash })
  return {
    file,
    earlier: await read(file, identity),
    async keep({ scored, cutRequestCount }) {
      await writeWhole(file, [JSON.stringify({ identity, cutRequestCount, items: Object.fromEntries(scored) } satisfies z.input<typeof stored>)])
    },
    remove: () => rm(file, { force: true }),
  }
}

async function read(file: string, identity: string): Promise<KnownScores> {
  const found = stored.safeParse(
    await readFile(file, 'utf8')
      .then(parseJson)
      .catch(() => null),
  ).data
  if (found?.identity !== identity) return { scored: new Map(), cutRequestCount: 0 }
  const known = Object.entries(found.items).flatMap(([name, values]) => (values === null ? [] : [[name, values] as const]))
  return { scored: new Map(known), cutRequestCount: found.cutRequestCount }
}

/** Everything that a score depends on: not the order and number of items, nor where files are stored. */
function identityOf(ruled: readonly RuledPopulation[], options: ModelOptions, model: Readonly<Record<string, string | null>>): string {
  const { seed: _seed, maxItems: _maxItems, full: _full, output: _output, cache: _cache, ...scoring } = options
  const items = ruled.map(({ population, tracks }) => [
    tracks.map(({ request }) => valueName(request)),
    population.drawn.map(({ part, item }) => `${itemName(part, item.docId)} ${item.promptHash} ${item.targetHash}`).toSorted(),
  ])
  return createHash('sha256').update(JSON.stringify({ scoring, items, model })).digest('hex')
}
