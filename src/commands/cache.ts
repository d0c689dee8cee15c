/** `evalharness cache`: what answers are kept, and fewer of them. */
import Table from 'cli-table3'
import type { CommandModule } from 'yargs'
import { defaultCacheFolder, listCache, MOST_BYTES, pruneCache, type CachedModel } from '../cache/cache-folder.ts'
import { UsageError } from '../errors.ts'
import { parseBytes } from './byte-count.ts'
import type { Terminal } from './terminal.ts'
import { byteSize } from '../text/byte-size.ts'
import { count } from '../text/count.ts'

interface CacheArguments {
  readonly cache: string
  readonly json: boolean
}
interface PruneArguments extends CacheArguments {
  readonly maxSize: string | undefined
  readonly olderThan: number | undefined
  readonly all: boolean
}

/** The command over a terminal. */
export function cacheCommand({ out }: Terminal): CommandModule {
  return {
    command: 'cache',
    describe: 'List the answers that are kept, or remove some',
    builder: (yargs) =>
      yargs
        .option('cache', {
          type: 'string',
          default: defaultCacheFolder(),
          defaultDescription: 'the user’s',
          requiresArg: true,
          describe: 'Folder of kept answers',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' })
        .command<CacheArguments>({
          command: 'ls',
          describe: 'Models with kept answers, the last used first',
          handler: async ({ cache, json }) => {
            const models = await listCache(cache)
            out(json ? JSON.stringify({ folder: cache, models }, null, 2) : models.length === 0 ? `no answers are kept in ${cache}` : tableOf(models))
          },
        })
        .command<PruneArguments>({
          command: 'prune',
          describe: 'Remove answers, a model at a time, the longest unused first',
          builder: (prune) =>
            prune
              .option('max-size', { type: 'string', requiresArg: true, describe: 'Keep at most this much: 500M, 2G' })
              .option('older-than', { type: 'number', requiresArg: true, describe: 'Remove what was not used for so many days' })
              .option('all', { type: 'boolean', default: false, describe: 'Remove everything' })
              .example('$0 cache prune --older-than 30', 'what a month did not need')
              .example('$0 cache prune --max-size 100M', 'the latest 1.6 million answers') as never,
          handler: async (argv) => {
            const removed = await pruneCache(argv.cache, ruleOf(argv))
            const bytes = removed.reduce((sum, { byteLength }) => sum + byteLength, 0)
            out(argv.json ? JSON.stringify({ folder: argv.cache, removed }, null, 2) : `removed the answers of ${removed.length} models, ${byteSize(bytes)}`)
          },
        })
        .demandCommand(1, 'Give ls or prune.')
        .example('$0 cache ls', 'what is kept'),
    handler: () => {},
  }
}

function ruleOf({ maxSize, olderThan, all }: PruneArguments) {
  if (olderThan !== undefined && !(olderThan >= 0)) throw new UsageError(`--older-than ${olderThan} is no number of days`, 'Give for example --older-than 30.')
  if (all) return { mostBytes: 0 }
  if (maxSize === undefined && olderThan === undefined) return { mostBytes: MOST_BYTES }
  return {
    ...(maxSize !== undefined && { mostBytes: parseBytes('max-size', maxSize) }),
    ...(olderThan !== undefined && { usedSince: Date.now() - olderThan * 86_400_000 }),
  }
}

function tableOf(models: readonly CachedModel[]): string {
  const table = new Table({
    head: ['model', 'source', 'answers', 'size', 'last used'],
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const { id, description, answerCount, byteLength, usedAt } of models)
    table.push([
      description?.model ?? id.slice(0, 8),
      description?.source ?? '–',
      count(answerCount),
      byteSize(byteLength),
      usedAt.slice(0, 16).replace('T', ' '),
    ])
  return table.toString()
}
