/**
 * Several models in one pass over the same tokens, each as an engine of its own. The models join one after another; what they share is loaded and computed
 * once. A model whose responses to a call's sequences are all known is not computed there.
 */
import { EngineError, HarnessError, StoreError, UsageError } from '../../errors.ts'
import { frequencySwitch } from '../../graph/blocks/rope.ts'
import type { JointModels } from '../../graph/joint-decoder.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { relocateTensors } from '../../model/runnable/relocate-tensors.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { weightMemory } from '../../model/runnable/weight-memory.ts'
import { commonFolder } from '../../model/weights/weights.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import { divideLayers, layerTrie } from '../../plan/layer-trie.ts'
import type { Sequence } from '../../plan/sequence.ts'
import type { Engine, IsAnswered, ScoredBatch } from '../engine.ts'
import type { HiddenStates } from '../hidden-states.ts'
import { budgetFor, jointMemoryNeed, type BatchLimits } from '../onnx/batch-budget.ts'
import { startJointWorker, type DeviceWorker } from '../onnx/device-worker.ts'
import { onnxruntimeVersion, responsesKey } from '../onnx/onnx-engine.ts'
import { OutOfMemory } from '../onnx/session-process.ts'
import type { ModelIdentity } from './layer-identity.ts'
import { divideWork } from './divide-work.ts'
import { inTurn, rendezvous, type Rendezvous } from './rendezvous.ts'

/** How a pass computes. */
export interface JointOptions extends BatchLimits {
  readonly threads?: number | undefined
  /** Whether the distributions of the others are compared with those of the first model, which then is computed as long as another one is. */
  readonly isCompared?: boolean | undefined
  readonly onNotice?: (notice: string) => void
}

/** A model that has joined. */
export interface JointMember {
  readonly config: ModelConfig
  readonly weights: RunnableWeights
  /** Receives the hidden states of scored positions, of the first model only. */
  readonly states?: HiddenStates | undefined
}

/** The models that are loaded, as indices in the order of the pass. */
interface Loaded {
  readonly models: readonly number[]
  readonly joint: JointModels
  readonly worker: DeviceWorker
}

/** A pass of as many models as there are identities. Dispose of the engines; the last one ends the session. */
export class JointPass {
  readonly #identities: readonly ModelIdentity[]
  readonly #options: JointOptions
  readonly #members: (JointMember | undefined)[]
  readonly #active: Set<number>
  /** The calls that not all models have made yet. */
  readonly #rounds = new Map<readonly Sequence[], Round>()
  readonly #joined: Rendezvous
  /** One thing at a time in the session process. */
  readonly #inTurn = inTurn()
  #loaded: Loaded | undefined
  #largestPeak = 0
  #lastRate: number | undefined
  #failure: HarnessError | undefined

  constructor(identities: readonly ModelIdentity[], options: JointOptions) {
    this.#identities = identities
    this.#options = options
    this.#members = identities.map(() => undefined)
    this.#active = new Set(identities.keys())
    this.#joined = rendezvous(this.#active)
  }

  /** Why the models cannot be computed together, memory in most cases; each may still be computed by itself. */
  get failure(): HarnessError | undefined {
    return this.#failure
  }

  /** The engine of a model, when all others have joined or left. `weights` as they are run. */
  async join(model: number, member: JointMember): Promise<Engine> {
    this.#members[model] = member
    this.#joined.arrive(model)
    await this.#joined.all
    const active = this.#inOrder(this.#identities.keys())
    const layers = divideLayers(layerTrie(active.map((one) => this.#identities[one]!)))
    const info = { name: 'onnx', provider: 'cpu', devices: ['cpu'], dtype: 'float32', versions: { onnxruntime: onnxruntimeVersion() } }
    return {
      info,
      responsesDependOn: responsesKey(info),
      layers: { asked: member.config.layerCount, distinct: layers[active.indexOf(model)]! },
      score: (sequences, isAnswered) => this.#score(model, sequences, isAnswered),
      peakBytes: () => this.#largestPeak,
      peakGemmRate: () => this.#peakGemmRate(model),
      [Symbol.asyncDispose]: async () => this.leave(model),
    }
  }

  /** A model that does not join, or is done: the others do not wait for it any more. */
  leave(model: number): void {
    if (!this.#active.delete(model)) return
    this.#joined.leave(model)
    for (const round of this.#rounds.values()) round.asked.leave(model)
    if (this.#active.size > 0) return
    this.#loaded?.worker.end()
    this.#loaded = undefined
  }

  #score(model: number, sequences: readonly Sequence[], isAnswered: IsAnswered = () => false): AsyncIterable<ScoredBatch> {
    const round = this.#rounds.get(sequences) ?? this.#begin(sequences)
    const own = round.batches.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
    for (const batch of own) round.wanted.get(batch)!.add(model)
    round.asked.arrive(model)
    const results = own.map((batch) => (): Promise<ResultOf> => this.#result(round, batch))
    return (async function* () {
      for (const result of results) for (const scoresOf of await result()) yield scoresOf(model)
    })()
  }

  #begin(sequences: readonly Sequence[]): Round {
    const { config } = this.#members.find((member) => member !== undefined)!
    const { usual, most } = budgetFor({ fixed: 0, perToken: 1 }, this.#options)
    const { batches } = planBatches(sequences, usual, most, frequencySwitch(config.rope))
    const asked = rendezvous(this.#active)
    const round: Round = { sequences, batches, asked, wanted: new Map(batches.map((batch) => [batch, new Set<number>()])), results: new Map() }
    this.#rounds.set(sequences, round)
    void asked.all.then(() => this.#rounds.delete(sequences))
    return round
  }

  /** A batch is computed when the first model reads it. */
  #result(round: Round, batch: Batch): Promise<ResultOf> {
    const known = round.results.get(batch)
    if (known) return known
    // Outside of the turn: a model that is still in an earlier call may need a batch of that one first.
    const result = round.asked.all.then(() => this.#inTurn.run(() => this.#compute(round, batch)))
    // Each model that reads it gets the failure; if all are gone, it must not be an unhandled rejection.
    result.catch(() => {})
    round.results.set(batch, result)
    return result
  }

  async #compute({ sequences, wanted }: Round, batch: Batch): Promise<ResultOf> {
    const needed = this.#needed([...wanted.values()].flatMap((models) => [...models]))
    const receivers = this.#inOrder(wanted.get(batch)!)
    if (receivers.length === 0) return []
    try {
      let startedAt = performance.now()
      const { models, joint, worker } = await this.#load(needed)
      let loadMs = performance.now() - startedAt
      const results: ((model: number) => ScoredBatch)[] = []
      startedAt = performance.now()
      for await (const { batch: part, scoresOf, divergencesOf } of worker.score(batch, sequences)) {
        const shares = divideWork(
          joint,
          part,
          receivers.map((model) => models.indexOf(model)),
        )
        const elapsedMs = performance.now() - startedAt
        const ownLoadMs = loadMs
        results.push((model) => {
          const position = models.indexOf(model)
          const { share, ...work } = shares[position]!
          const isFirst = model === receivers[0]
          const divergences = divergencesOf(position)
          return {
            scores: scoresOf(position),
            ...(divergences && { divergences }),
            tokensComputed: part.tree.tokenIds.length,
            ...work,
            engineMs: elapsedMs * share,
            ...(isFirst && { loadMs: ownLoadMs }),
          }
        })
        loadMs = 0
        startedAt = performance.now()
      }
      return results
    } catch (error) {
      if (error instanceof HarnessError && isOfCompany(error)) this.#failure ??= error
      throw error
    } finally {
      this.#notePeak()
    }
  }

  /** Loads exactly these models. */
  async #load(needed: readonly number[]): Promise<Loaded> {
    if (this.#loaded?.models.join() === needed.join()) return this.#loaded
    this.#loaded?.worker.end()
    this.#loaded = undefined
    const { threads, onNotice = () => {}, isCompared: _, ...limits } = this.#options
    const states = this.#members[0]?.states
    const joint = this.#jointModels(needed)
    const need = jointMemoryNeed(
      joint.models.map(({ config, weights, outside }) => ({ ...config, ...weightMemory(weights), outside })),
      joint.trie,
    )
    const worker = await startJointWorker(joint, budgetFor(need, limits), {
      device: { provider: 'cpu', index: 0 },
      dtype: 'float32',
      limits,
      deviceBytes: undefined,
      scoreBytes: undefined,
      divergence: states && { kind: 'original', states },
      threads,
      onNotice,
    })
    // All models may have left while it was loaded.
    if (this.#active.size === 0) worker.end()
    this.#loaded = { models: needed, joint, worker }
    return this.#loaded
  }

  #jointModels(needed: readonly number[]): JointModels {
    const members = needed.map((model) => ({ ...this.#members[model]!, identity: this.#identities[model]! }))
    const root = commonFolder(members.map(({ weights }) => `${weights.root}/any`))
    return {
      models: members.map(({ config, weights, identity: { outside } }) => ({
        config,
        weights: { ...relocateTensors(weights, weights.root, root), root },
        outside,
      })),
      trie: layerTrie(members.map(({ identity }) => identity)),
      divergence: this.#options.isCompared ? { givesStates: this.#members[0]!.states !== undefined } : undefined,
    }
  }

  /** The first model measures for all. Does not wait for a batch that is being computed: the rate then comes with the next call. */
  async #peakGemmRate(model: number): Promise<number | undefined> {
    if (model !== Math.min(...this.#active)) return this.#lastRate
    const isIdle = this.#inTurn.isIdle()
    const measured = this.#inTurn.run(async () => {
      this.#lastRate = (await this.#loaded?.worker.peakGemmRate()) ?? this.#lastRate
      this.#notePeak()
    })
    if (isIdle) await measured
    return this.#lastRate
  }

  /** Those of the models that have not left, ascending. */
  #inOrder(models: Iterable<number>): number[] {
    return [...new Set(models)].filter((model) => this.#active.has(model)).sort((a, b) => a - b)
  }

  /** The models to compute for those that want scores. Fails with EngineError if the original is needed and has not joined. */
  #needed(wanting: Iterable<number>): number[] {
    const models = this.#inOrder(wanting)
    if (!this.#options.isCompared || models.length === 0 || models[0] === 0) return models
    if (!this.#members[0]) throw new EngineError('the original, with which distributions are compared, could not be loaded', 'See its own failure.')
    return [0, ...models]
  }

  #notePeak(): void {
    this.#largestPeak = Math.max(this.#largestPeak, this.#loaded?.worker.peakBytes() ?? 0)
  }
}

/** What a batch gives each model, in parts if memory was short. */
type ResultOf = readonly ((model: number) => ScoredBatch)[]

/** One call of each model with the same sequences. */
interface Round {
  readonly sequences: readonly Sequence[]
  readonly batches: readonly Batch[]
  readonly asked: Rendezvous
  /** The models that have no response to a batch yet. */
  readonly wanted: ReadonlyMap<Batch, Set<number>>
  readonly results: Map<Batch, Promise<ResultOf>>
}

/** Whether a model by itself may not fail so: it needs less memory, and its files are in one place. */
function isOfCompany(error: HarnessError): boolean {
  return error instanceof UsageError || error instanceof StoreError || error.cause instanceof OutOfMemory
}
