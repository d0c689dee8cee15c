/** Right and preferred class of an item, for figures that only all items together have. */
import { byLogLikelihood } from './acc.ts'
import { bootstrapError } from './bootstrap.ts'
import type { OfChoices } from './metric.ts'
import { preferredChoice, isTied } from './preferred-choice.ts'

/** Indices of choices. A type, because an interface is not an ItemValue. */
export type PredictedClass = { readonly gold: number; readonly predicted: number }

/** What such metrics share with their items: the first right choice and the preferred one. */
export const ofClasses: OfChoices<PredictedClass> = {
  input: 'choices',
  needsUnconditional: false,
  itemValue: (item) => ({ gold: item.gold[0]!, predicted: preferredChoice(item, byLogLikelihood) }),
  isTied: (item) => isTied(item, byLogLikelihood),
}

/** `[gold, prediction]`, as lm-eval stores it. */
export function storedClass({ gold, predicted }: PredictedClass): readonly [number, number] {
  return [gold, predicted]
}

/** Standard error of a figure of all items by resampling, as lm-eval chooses for f1 and mcc. */
export function classStandardError(aggregate: (values: readonly PredictedClass[]) => number) {
  return (values: readonly PredictedClass[], { seed }: { readonly seed: number }): number => bootstrapError(values, aggregate, { seed })
}
