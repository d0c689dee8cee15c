/** Requests with reference values: a model, sequences, and the log-likelihoods that an independent tool computed for them. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openCheckpoint } from '../model/checkpoint.ts'
import { parseConfig, type ModelConfig } from '../model/config/config.ts'
import { encodeValues } from '../model/weights/element-type.ts'
import { expectedTensors } from '../model/weights/expected-tensors.ts'
import { readWeights } from '../model/weights/weights.ts'
import { writeSafetensors } from '../model/weights/write-safetensors.ts'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'
import { encodeRequests } from '../plan/encode.ts'
import type { Sequence } from '../plan/sequence.ts'
import { loadTask } from '../run/load-task.ts'
import { loadTasks } from '../task/registry.ts'
import { selectTasks } from '../task/select-tasks.ts'
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import { madeTensor } from './made-tensor.ts'
import { recordedFamilies, recordedTasks, type RecordedFamily } from './recorded.ts'

/** A value that a device should compute. */
export interface ReferenceValue {
  /** Sequences whose scores add up to it. */
  readonly parts: readonly number[]
  readonly logProb: number
  /** Null for rolling log-likelihoods. */
  readonly isGreedy: boolean | null
}

/** A model and its requests. Dispose of it to remove its files. */
export interface ReferenceModel extends AsyncDisposable {
  /** Its name in records and tables: `built-in tasks`, `llama`. */
  readonly name: string
  readonly config: ModelConfig
  readonly weights: RunnableWeights
  readonly sequences: readonly Sequence[]
  readonly values: readonly ReferenceValue[]
  /** Tools that computed the reference values, with their versions. */
  readonly madeBy: string
}

/** A family with reference values, and the maker of its checkpoint. */
export interface RandomFamily {
  readonly name: string
  readonly open: () => Promise<ReferenceModel>
}

/** The small random checkpoints. */
export async function randomFamilies(): Promise<readonly RandomFamily[]> {
  const { madeBy, families } = await recordedFamilies()
  return families.map((family) => ({
    name: family.family,
    open: () => openFamily(family, `transformers ${madeBy['transformers']} in ${madeBy['arithmetic']}`),
  }))
}

async function openFamily({ family, config: raw, requests }: RecordedFamily, madeBy: string): Promise<ReferenceModel> {
  const folder = makeTemporaryFolder('family')
  const config = parseConfig(raw, `${family} config`)
  await writeFile(path.join(folder.path, 'config.json'), JSON.stringify(raw))
  const tensors = expectedTensors(config).map(({ name, shape }) => ({
    name,
    shape,
    dtype: 'BF16' as const,
    async *bytes() {
      yield encodeValues(madeTensor(name, shape), 'BF16')
    },
  }))
  await writeSafetensors(path.join(folder.path, 'model.safetensors'), tensors)
  return {
    name: family,
    config,
    weights: await readWeights(folder.path, config),
    sequences: requests.map(({ context, continuation }) => ({
      input: Int32Array.from([...context, ...continuation.slice(0, -1)]),
      targets: Int32Array.from(continuation),
    })),
    values: requests.map(({ logProb, isGreedy }, index) => ({ parts: [index], logProb, isGreedy })),
    madeBy,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** The built-in model on the first items of the built-in tasks. */
export async function builtInTasks(): Promise<ReferenceModel> {
  const { madeBy, tasks: recorded } = await recordedTasks()
  const { config, weights, tokenizer } = await openCheckpoint(path.join(PACKAGE_FOLDER, 'demo/model'))
  const tasks = selectTasks(
    await loadTasks(),
    recorded.map(({ task }) => task),
  )
  const limit = Math.max(...recorded.map(({ items }) => items.length))
  const loaded = await Promise.all(tasks.map((task) => loadTask(task, { limit })))
  const parts = new Map(loaded.flatMap((task) => task.parts.map((part) => [part.name, part.items] as const)))
  const asked = recorded.flatMap(({ task, items }) =>
    items.flatMap((responses, index) =>
      responses.map(([logProb, isGreedy], request) => ({ request: parts.get(task)![index]!.requests[request]!, logProb, isGreedy })),
    ),
  )
  const encoded = encodeRequests(
    asked.map(({ request }) => request),
    { ...tokenizer, maxLength: config.maxPositions, rollingBos: 'lm-eval' },
  )
  return {
    name: 'built-in tasks',
    config,
    weights,
    sequences: encoded.sequences,
    values: asked.map(({ logProb, isGreedy }, index) => ({ parts: encoded.parts[index]!, logProb, isGreedy })),
    madeBy: `lm-eval ${madeBy['lm_eval']} in ${madeBy['arithmetic']}`,
    async [Symbol.asyncDispose]() {},
  }
}
