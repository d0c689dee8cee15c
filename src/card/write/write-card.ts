/** Reads stored runs and writes the model card of them to a file. */
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { CompareOptions } from '../../compare/compare-runs.ts'
import { CardError, UsageError } from '../../errors.ts'
import { pathExists } from '../../io/path-exists.ts'
import { writeWhole } from '../../io/write-atomically.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { counted } from '../../text/count.ts'
import { heading, markdownBody } from '../../text/markdown.ts'
import { cardFile } from '../read/card-file.ts'
import { openCard } from '../read/open-card.ts'
import { readRuns } from '../read/read-run.ts'
import { readCard, type Card } from '../read/read-card.ts'
import { cardContents, checkWhole } from './card-contents.ts'
import { evalResultFiles } from './eval-results.ts'
import { readLacoRecord } from './read-laco-record.ts'
import { baseModelFor, renderCard } from './render-card.ts'

/** What to write, and where. */
export interface WriteCardOptions extends CompareOptions {
  /** The original's run, then those of the card's models: FILE, FOLDER, or `CARD.md#COLUMN`. */
  readonly runs: readonly string[]
  /** The card, or its folder; it is created if it does not exist. */
  readonly into: string
  /** laco.json of a collapsed checkpoint, for its tables. */
  readonly laco?: string | undefined
  /** The original's repository on the hub; what the card or the run says when absent. */
  readonly baseModel?: string | undefined
  /** Writes scores of a part of a split too. */
  readonly partial?: boolean | undefined
  /** Writes the hub's `.eval_results/*.yaml` beside the card too. */
  readonly evalResults?: boolean | undefined
  /** Writes nothing. */
  readonly dryRun?: boolean | undefined
}

/** A card that was written, or would be. */
export interface WrittenCard {
  readonly text: string
  /** The files that were written; none for a dry run. */
  readonly files: readonly string[]
  /** The repository of the original that the card names; null if it names none. */
  readonly baseModel: string | null
  /** The runs that it was written from. */
  readonly runs: readonly StoredRun[]
}

/**
 * Puts tables and model-index into a card and leaves every other byte as it was. Fails with UsageError, CompareError or
 * CardError, and with UsageError on scores of a part of a split unless `partial`; nothing is written then.
 */
export async function writeCard({
  runs: places,
  into,
  laco,
  baseModel,
  partial = false,
  evalResults = false,
  dryRun = false,
  ...compare
}: WriteCardOptions): Promise<WrittenCard> {
  if (places.length < 2) throw new UsageError(`${counted(places.length, 'run')} given`, 'Give the original’s run and that of the card’s model.')
  if (baseModel !== undefined && !isHubId(baseModel))
    throw new UsageError(`--base-model ${baseModel} is not a repository of the hub`, 'Give OWNER/NAME, such as Qwen/Qwen3-8B-Base.')
  const file = await fileToWrite(into)
  const runs = await readRuns(places)
  const [original, ...variants] = runs
  const record = laco === undefined ? null : await readLacoRecord(laco)
  const contents = cardContents(original!, variants, compare, { laco: record, ...(baseModel !== undefined && { baseModel }) })
  if (!partial) checkWhole(contents)
  const card = (await pathExists(file)) ? await openForWriting(file) : readCard(markdownBody([heading(1, variants[0]!.label)]), file)
  const text = renderCard(card, contents)
  const besides = evalResults ? evalResultFiles(contents) : []
  const files = [{ place: file, content: text }, ...besides.map(({ name, text: content }) => ({ place: path.join(path.dirname(file), name), content }))]
  if (!dryRun) for (const { place, content } of files) await writeWhole(place, [content])
  return { text, files: dryRun ? [] : files.map(({ place }) => place), baseModel: baseModelFor(card, contents), runs }
}

/** Whether it is `OWNER/NAME`; a path does not begin like that, or has more parts. */
export function isHubId(text: string): boolean {
  return /^\w[\w.-]*\/\w[\w.-]*$/u.test(text)
}

/** The file itself, also through a link. */
async function fileToWrite(into: string): Promise<string> {
  const file = await cardFile(into)
  return (await pathExists(file)) ? realpath(file) : file
}

/** A card whose every byte is in its text: bytes that were read as replacement characters could not be written back. */
async function openForWriting(file: string): Promise<Card> {
  const card = await openCard(file)
  if (!Buffer.from(card.text).equals(await readFile(file))) throw new CardError(`${file} is not UTF-8`, 'Save it as UTF-8, which the hub shows.')
  return card
}
