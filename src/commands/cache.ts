/** `evalharness cache`: lists the entries of the response cache, and removes entries. */
import { z } from 'zod'
import { defaultCacheFolder, listCache, MAX_BYTES, pruneCache, type CachedModel } from '../cache/cache-folder.ts'
import { GRAPH_VERSION } from '../engine/onnx/onnx-engine.ts'
import { parseJson } from '../io/parse-json.ts'
import { flag, numberThat, text } from '../run/option-table.ts'
import { byteSize } from '../text/byte-size.ts'
import { count, counted } from '../text/count.ts'
import { cellText } from '../text/fitting-table.ts'
import { parseBytes } from '../text/parse-bytes.ts'
import { numberColumns, textColumns, wrappedTable } from '../text/text-table.ts'
import { defineCommand, type Command } from './command.ts'

const MS_A_DAY = 86_400_000

const common = {
  cache: text({ description: 'Response cache directory', defaultText: '~/.cache/evalharness' }),
  json: flag({ description: 'Print as JSON' }),
}

const lsCommand = defineCommand({
  name: 'ls',
  description: 'List models with cached responses, the last used first',
  options: z.object(common),
  examples: [['cache ls', 'what is cached']],
  async run({ cache = defaultCacheFolder(), json }, { out, err, columns }) {
    const models = await listCache(cache)
    if (json) out(JSON.stringify({ folder: cache, models }, null, 2))
    else if (models.length === 0) out(`no responses are cached in ${cache}`)
    else {
      out(tableOf(models, columns))
      if (models.some(({ description }) => isUnused(engineOf(description))))
        err('unused: computed by another version of evalharness; `evalharness cache prune --older-than DAYS` removes what was not used for long')
      err('an entry serves every task, few-shot count and chat template: responses are found by the tokens of their prompts')
    }
  },
})

const pruneOptions = z.object({
  ...common,
  maxSize: text({ description: 'Most that may remain: 500M, 2G' }),
  olderThan: numberThat((value) => value >= 0, {
    description: 'Days: remove models that were not used for longer',
    expected: 'a number of days',
    example: '30',
  }),
  all: flag({ description: 'Remove everything' }),
})

const pruneCommand = defineCommand({
  name: 'prune',
  description: 'Remove cached responses, a model at a time, the longest unused first',
  options: pruneOptions,
  examples: [
    ['cache prune --older-than 30', 'what was not used for a month goes'],
    ['cache prune --max-size 100M', 'the latest 1.6 million responses remain'],
  ],
  async run({ cache = defaultCacheFolder(), json, ...given }, { out }) {
    const removed = await pruneCache(cache, ruleOf(given))
    const bytes = removed.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (json) out(JSON.stringify({ folder: cache, removed }, null, 2))
    else out(`removed the responses of ${counted(removed.length, 'model')}, ${byteSize(bytes)}`)
  },
})

/** The command. */
export const cacheCommand: Command = {
  name: 'cache',
  description: 'List cached responses, or remove some',
  subcommands: [lsCommand, pruneCommand],
}

function ruleOf({ maxSize, olderThan, all }: Pick<z.output<typeof pruneOptions>, 'maxSize' | 'olderThan' | 'all'>) {
  if (all) return { maxBytes: 0 }
  if (maxSize === undefined && olderThan === undefined) return { maxBytes: MAX_BYTES }
  return {
    ...(maxSize !== undefined && { maxBytes: parseBytes('max-size', maxSize) }),
    ...(olderThan !== undefined && { usedSince: Date.now() - olderThan * MS_A_DAY }),
  }
}

function tableOf(models: readonly CachedModel[], columns: number): string {
  const rows = models.map(({ id, description, answerCount, byteLength, usedAt }) => [
    cellText(description?.model ?? id.slice(0, 8)),
    description ? cellText([description.source, ...description.given].join(',')) : '–',
    engineText(engineOf(description)),
    description?.weights.slice(0, 8) ?? '–',
    count(answerCount),
    byteSize(byteLength),
    usedAt.slice(0, 16).replace('T', ' '),
  ])
  const heads = [...textColumns('model', 'source', 'computed on', 'weights'), ...numberColumns('responses', 'size'), ...textColumns('last used')]
  return wrappedTable({ columns: heads, rows }, ['model', 'source', 'computed on'], columns)
}

const engineSchema = z.object({ graph: z.number(), provider: z.string(), dtype: z.string(), versions: z.record(z.string(), z.string()) })

/** What computed an entry; undefined if that is not known. */
function engineOf(description: CachedModel['description']): z.output<typeof engineSchema> | undefined {
  try {
    return description ? engineSchema.parse(parseJson(description.engine)) : undefined
  } catch {
    return undefined
  }
}

/** Whether its graph is that of another version, so that it is not used any more. */
function isUnused(engine: ReturnType<typeof engineOf>): boolean {
  return engine !== undefined && engine.graph !== GRAPH_VERSION
}

/** `cpu, float32, onnxruntime 1.30.0`, with a mark if it is unused. */
function engineText(engine: ReturnType<typeof engineOf>): string {
  if (!engine) return '–'
  const { provider, dtype, versions } = engine
  return cellText([provider, dtype, ...Object.entries(versions).map((pair) => pair.join(' ')), ...(isUnused(engine) ? ['unused'] : [])].join(', '))
}
