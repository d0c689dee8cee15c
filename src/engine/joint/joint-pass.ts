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
import { commonFolder } from '../../model/weights/weights.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import { divideLayers, layerTrie } from '../../plan/layer-trie.ts'
import type { Sequence } from '../../plan/sequence.ts'
import { deviceName } from '../devices/device.ts'
import type { Engine, IsAnswered, ScoredBatch } from '../engine.ts'
import type { HiddenStates } from '../hidden-states.ts'
import { budgetFor, onePassBudget, type BatchBudget, type BatchLimits } from '../onnx/batch-budget.ts'
import { hasPasses, limitsOfEach } from '../onnx/device-needs.ts'
import type { ComputedBatch } from '../onnx/device-worker.ts'
import { onnxruntimeVersion, responsesKey } from '../onnx/onnx-engine.ts'
import { OutOfMemory } from '../onnx/session-process.ts'
import { JointWorkers, NotLoaded } from './joint-workers.ts'
import type { ModelIdentity } from './layer-identity.ts'
import { divideWork } from './divide-work.ts'
import type { Placement } from './placement.ts'
import { rendezvous, type Rendezvous } from './rendezvous.ts'

/** How a pass computes. */
export interface JointOptions extends BatchLimits, Placement {
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

/** A pass of as many models as there are identities. Dispose of the engines; the last one ends the session. */
export class JointPass {
  readonly #identities: readonly ModelIdentity[]
  readonly #options: JointOptions
  readonly #members: (JointMember | undefined)[]
  readonly #active: Set<number>
  /** The calls that not all models have made yet. */
  readonly #rounds = new Map<readonly Sequence[], Round>()
  readonly #joined: Rendezvous
  readonly #workers: JointWorkers
  /** When the last batch was done: what several devices compute at the same time must not count several times. */
  #lastDoneAt = 0
  #failure: HarnessError | undefined

  constructor(identities: readonly ModelIdentity[], options: JointOptions) {
    const { devices, dtype, threads, onNotice = () => {} } = options
    this.#identities = identities
    this.#options = options
    this.#members = identities.map(() => undefined)
    this.#active = new Set(identities.keys())
    this.#joined = rendezvous(this.#active)
    this.#workers = new JointWorkers({ devices, dtype, threads, limits: limitsOfEach(options, devices.length), onNotice })
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
    const active = this.#activeOf(this.#identities.keys())
    const layers = divideLayers(layerTrie(active.map((one) => this.#identities[one]!)))
    const { devices, dtype } = this.#options
    const info = { name: 'onnx', provider: devices[0].provider, devices: devices.map(deviceName), dtype, versions: { onnxruntime: onnxruntimeVersion() } }
    return {
      info,
      responsesDependOn: responsesKey(info),
      layers: { asked: member.config.layerCount, distinct: layers[active.indexOf(model)]! },
      score: (sequences, isAnswered) => this.#score(model, sequences, isAnswered),
      peakBytes: () => this.#workers.peakBytes(),
      // The first model measures for all.
      peakGemmRate: () => this.#workers.peakGemmRate({ isMeasured: model === Math.min(...this.#active) }),
      [Symbol.asyncDispose]: async () => this.leave(model),
    }
  }

  /** A model that does not join, or is done: the others do not wait for it any more. */
  leave(model: number): void {
    if (!this.#active.delete(model)) return
    this.#joined.leave(model)
    for (const round of this.#rounds.values()) round.asked.leave(model)
    if (this.#active.size === 0) this.#workers.end()
  }

  #score(model: number, sequences: readonly Sequence[], isAnswered: IsAnswered = () => false): AsyncIterable<ScoredBatch> {
    const round = this.#rounds.get(sequences) ?? this.#begin(sequences)
    const own = round.batches.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
    for (const batch of own) round.wanted.get(batch)!.add(model)
    round.asked.arrive(model)
    return this.#inOrder(
      own.map((batch) => () => this.#result(round, batch)),
      model,
    )
  }

  /** The results in their order; as many are begun as there are devices. */
  async *#inOrder(results: readonly (() => Promise<ResultOf>)[], model: number): AsyncGenerator<ScoredBatch> {
    const begun: Promise<ResultOf>[] = []
    for (let next = 0; next < results.length || begun.length > 0;) {
      while (next < results.length && begun.length < this.#options.devices.length) begun.push(results[next++]!())
      for (const scoresOf of await begun.shift()!) yield scoresOf(model)
    }
  }

  #begin(sequences: readonly Sequence[]): Round {
    const { config } = this.#members.find((member) => member !== undefined)!
    const { usual, most } = this.#budget(config)
    const { batches } = planBatches(sequences, usual, most, frequencySwitch(config.rope))
    const asked = rendezvous(this.#active)
    const round: Round = { sequences, batches, asked, wanted: new Map(batches.map((batch) => [batch, new Set<number>()])), results: new Map() }
    this.#rounds.set(sequences, round)
    void asked.all.then(() => this.#rounds.delete(sequences))
    return round
  }

  /** Of batches: that of a model by itself, so that its batches are the same. */
  #budget(config: ModelConfig): Pick<BatchBudget, 'usual' | 'most'> {
    const { devices } = this.#options
    if (hasPasses(devices[0])) return budgetFor({ fixed: 0, perToken: 1 }, this.#options)
    return onePassBudget(config, this.#options, Math.min(...devices.map(({ memoryBytes = 0 }) => memoryBytes)))
  }

  /** A batch is computed when the first model reads it. */
  #result(round: Round, batch: Batch): Promise<ResultOf> {
    const known = round.results.get(batch)
    if (known) return known
    // Before a device is taken: a model that is still in an earlier call may need a batch of that one first.
    const result = round.asked.all.then(() => this.#compute(round, batch))
    // Each model that reads it gets the failure; if all are gone, it must not be an unhandled rejection.
    result.catch(() => {})
    round.results.set(batch, result)
    return result
  }

  async #compute({ sequences, wanted }: Round, batch: Batch): Promise<ResultOf> {
    const all = [...wanted.values()].flatMap((models) => [...models])
    const receiving = () => this.#activeOf(wanted.get(batch)!)
    const needed = {
      models: () => (receiving().length === 0 ? [] : this.#needed(all)),
      jointOf: (models: readonly number[]) => this.#jointModels(models),
      states: this.#members[0]?.states,
    }
    try {
      const results = await this.#workers.use(needed, async ({ models, joint, worker, loadMs }) => {
        const receivers = receiving()
        const parts: ((model: number) => ScoredBatch)[] = []
        let startedAt = performance.now()
        for await (const part of worker.score(batch, sequences)) {
          const engineMs = performance.now() - Math.max(startedAt, this.#lastDoneAt)
          this.#lastDoneAt = performance.now()
          parts.push(partOf(part, { joint, models, receivers, engineMs, loadMs: parts.length === 0 ? loadMs : 0 }))
          startedAt = performance.now()
        }
        return parts
      })
      return results ?? []
    } catch (error) {
      if (error instanceof HarnessError && isOfCompany(error)) this.#failure ??= error
      throw error
    }
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

  /** Those of the models that have not left, ascending. */
  #activeOf(models: Iterable<number>): number[] {
    return [...new Set(models)].filter((model) => this.#active.has(model)).sort((a, b) => a - b)
  }

  /** The models to compute for those that want scores. Fails with EngineError if the original is needed and has not joined. */
  #needed(wanting: Iterable<number>): number[] {
    const models = this.#activeOf(wanting)
    if (!this.#options.isCompared || models.length === 0 || models[0] === 0) return models
    if (!this.#members[0]) throw new EngineError('the original, with which distributions are compared, could not be loaded', 'See its own failure.')
    return [0, ...models]
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

/** How a part of a batch was computed. */
interface PartContext {
  readonly joint: JointModels
  /** Of the graph, as indices in the pass. */
  readonly models: readonly number[]
  readonly receivers: readonly number[]
  readonly engineMs: number
  /** Counts for the first receiver. */
  readonly loadMs: number
}

/** What a part of a batch gives each receiver. */
function partOf(
  { batch, scoresOf, divergencesOf }: ComputedBatch,
  { joint, models, receivers, engineMs, loadMs }: PartContext,
): (model: number) => ScoredBatch {
  const shares = divideWork(
    joint,
    batch,
    receivers.map((model) => models.indexOf(model)),
  )
  return (model) => {
    const position = models.indexOf(model)
    const { share, ...work } = shares[position]!
    const divergences = divergencesOf(position)
    return {
      scores: scoresOf(position),
      ...(divergences && { divergences }),
      tokensComputed: batch.tree.tokenIds.length,
      ...work,
      engineMs: engineMs * share,
      ...(model === receivers[0] && { loadMs }),
    }
  }
}

/** Whether a model by itself may not fail so: it needs less memory, its files are in one place, and it may take another device. */
function isOfCompany(error: HarnessError): boolean {
  return error instanceof UsageError || error instanceof StoreError || error instanceof NotLoaded || error.cause instanceof OutOfMemory
}
