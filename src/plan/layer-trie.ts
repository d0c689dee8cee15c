/**
 * Several models as one trie of layers: what they compute alike from the embeddings on is computed once. As the trie of tokens, with layers for tokens: a
 * layer that two models share gives both the same states only if all before it is shared, too.
 */

/** What a model computes, from its embeddings to its last layer: equal texts stand for equal computations. */
export interface LayerSequence {
  readonly embeddings: string
  readonly layers: readonly string[]
}

/** A step of the trie: embeddings, or one layer over the states of its parent. */
export interface TrieStep {
  /** Index of the step before it; null for embeddings. */
  readonly parent: number | null
  /** Whose weights it has: the first model with this step anywhere, and the number of its layer there; null for embeddings. */
  readonly model: number
  readonly layer: number | null
  /** The models that go through it, ascending. */
  readonly users: readonly number[]
}

/** The trie of some models. */
export interface LayerTrie {
  /** Parents before their children; the steps of the first model first. */
  readonly steps: readonly TrieStep[]
  /** The last step of each model. */
  readonly ends: readonly number[]
}

/** Builds the trie of models in their order. */
export function layerTrie(models: readonly LayerSequence[]): LayerTrie {
  const steps: (TrieStep & { readonly users: number[] })[] = []
  const indexOf = new Map<string, number>()
  const firstUse = new Map<string, Pick<TrieStep, 'model' | 'layer'>>()
  const step = (parent: number | null, identity: string, place: Pick<TrieStep, 'model' | 'layer'>): number => {
    const key = JSON.stringify([parent, identity])
    const known = indexOf.get(key)
    if (known !== undefined) {
      steps[known]!.users.push(place.model)
      return known
    }
    const source = JSON.stringify([place.layer === null, identity])
    const weights = firstUse.get(source) ?? place
    firstUse.set(source, weights)
    steps.push({ parent, ...weights, users: [place.model] })
    indexOf.set(key, steps.length - 1)
    return steps.length - 1
  }
  const ends = models.map(({ embeddings, layers }, model) =>
    layers.reduce((parent, identity, layer) => step(parent, identity, { model, layer }), step(null, embeddings, { model, layer: null })),
  )
  return { steps, ends }
}

/** Layers that a token goes through. */
export interface LayerCounts {
  /** Of all models, each by itself. */
  readonly asked: number
  /** Of the trie. */
  readonly distinct: number
}

/** Counts the layers of a trie; embeddings are none. */
export function countLayers({ steps }: LayerTrie): LayerCounts {
  const layers = steps.filter(({ layer }) => layer !== null)
  return { asked: layers.reduce((sum, { users }) => sum + users.length, 0), distinct: layers.length }
}

/**
 * Divides the layers of a trie among the models: each counts for the first of `receivers` that goes through it, or for the first of all if none does.
 * One number a model; their sum is that of the distinct layers.
 */
export function divideLayers({ steps, ends }: LayerTrie, receivers: readonly number[] = ends.map((_, model) => model)): number[] {
  const counts = ends.map(() => 0)
  for (const { layer, users } of steps) if (layer !== null) counts[users.find((user) => receivers.includes(user)) ?? receivers[0]!]!++
  return counts
}

/** Groups of models, as indices in their order, that share embeddings and first layer; a model that shares them with none is alone. */
export function groupByTrunk(models: readonly LayerSequence[]): number[][] {
  const groups = new Map<string, number[]>()
  models.forEach(({ embeddings, layers }, model) => {
    const trunk = JSON.stringify([embeddings, layers[0]])
    groups.set(trunk, [...(groups.get(trunk) ?? []), model])
  })
  return [...groups.values()]
}
