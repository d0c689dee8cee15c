/** The divergence of an item, from those of its requests' sequences. */
import type { SequenceDivergence } from '../engine/engine.ts'
import { choicesDivergence, type ItemDivergence } from '../metrics/divergence/item-divergence.ts'
import { ownPositions } from '../plan/scored-positions.ts'
import type { Sequence } from '../plan/sequence.ts'
import type { Item } from '../task/request.ts'

/**
 * Combines what an engine gave for each of an item's requests, in their order. Positions are those of requests with their context, each once. Right tokens
 * are those of the first gold choice, or of the text. Numbers have the seven digits that single precision has, so that stored ones are the same.
 */
export function itemDivergence(item: Item, requests: readonly (readonly SequenceDivergence[])[]): ItemDivergence {
  const hasChoices = 'choices' in item
  const asked = withContext(item, requests)
  const right = asked[hasChoices ? (item.gold[0] ?? 0) : 0]!
  const positions = hasChoices ? distinctPositions(asked.flat()) : asked.flat().flatMap(allPositions)
  return {
    kl: positions.map(({ kl }) => rounded(kl)),
    isSameTop: positions.map(({ isSameTop }) => isSameTop),
    original: right.flatMap(({ original }) => Array.from(original, rounded)),
    variant: right.flatMap(({ variant }) => Array.from(variant, rounded)),
    choices: hasChoices
      ? rounded(choicesDivergence(...((['original', 'variant'] as const).map((side) => asked.map((request) => sumOf(request, side))) as [number[], number[]])))
      : null,
  }
}

/** How many positions that has, from the sequences of each of the item's requests. */
export function positionCount(item: Item, requests: readonly (readonly Sequence[])[]): number {
  const hasChoices = 'choices' in item
  const sequences = withContext(item, requests).flat()
  const own = (sequence: Sequence, index: number) => (hasChoices ? ownPositions(sequence, sequences.slice(0, index)).length : sequence.targets.length)
  return sequences.reduce((sum, sequence, index) => sum + own(sequence, index), 0)
}

/** The requests with their context: those after the choices are of answers alone. */
function withContext<T>(item: Item, requests: readonly T[]): readonly T[] {
  return 'choices' in item ? requests.slice(0, item.choices.length) : requests
}

interface Position {
  readonly kl: number
  readonly isSameTop: boolean
}

function distinctPositions(sequences: readonly SequenceDivergence[]): Position[] {
  const inputs = sequences.map(({ sequence }) => sequence)
  return sequences.flatMap((divergence, index) => {
    const all = allPositions(divergence)
    return ownPositions(divergence.sequence, inputs.slice(0, index)).map((position) => all[position]!)
  })
}

function allPositions({ kl, isSameTop }: SequenceDivergence): Position[] {
  return Array.from(kl, (value, index) => ({ kl: value, isSameTop: isSameTop[index]! }))
}

function sumOf(request: readonly SequenceDivergence[], side: 'original' | 'variant'): number {
  return request.reduce((total, divergence) => total + divergence[side].reduce((sum, logProb) => sum + logProb, 0), 0)
}

function rounded(value: number): number {
  return Number(value.toPrecision(7))
}
