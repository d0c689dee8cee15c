/** Evaluates the models of a pass at the same time, each with an engine of one joint pass. */
import { setMaxListeners } from 'node:events'
import { JointPass } from '../../engine/joint/joint-pass.ts'
import { AbortError } from '../../errors.ts'
import type { EvaluateOptions } from '../evaluate-options.ts'
import type { ModelSource } from '../model-source.ts'
import { jointOptionsOf } from './joint-options.ts'
import { labelsOf, type PlannedPass } from './plan-passes.ts'

/** How one model is scored: with the options of its engine, and stored when `turn` has resolved. */
export type ScoreModel<T> = (model: ModelSource, joined: Pick<EvaluateOptions, 'joinPass'>, turn: Promise<unknown>) => Promise<T>

/**
 * Scores the models of a pass with `score`; results in their order. If that does not work, for lack of memory for example, those that are not done are scored one after another. Fails as the
 * first model that fails, when all others are done.
 */
export async function scoreTogether<T>(planned: PlannedPass, options: EvaluateOptions, score: ScoreModel<T>, onNotice: (notice: string) => void): Promise<T[]> {
  const { models, identities } = planned
  if (!planned.placement) return [await score(models[0]!, {}, Promise.resolve())]
  const pass = new JointPass(
    identities,
    jointOptionsOf(planned, options, (notice) => onNotice(`${labelsOf(models)}: ${notice}`)),
  )
  const { signal } = options
  // Each model listens several times, and Node takes more than ten listeners for a leak.
  if (signal) setMaxListeners(0, signal)
  let turn: Promise<unknown> = Promise.resolve()
  const scoring = models.map((model, index) => {
    const result = score(model, { joinPass: (member) => pass.join(index, member) }, turn).finally(() => pass.leave(index))
    turn = Promise.allSettled([turn, result])
    return result
  })
  const settled = await Promise.allSettled(scoring)
  const results: T[] = []
  let isSaid = false
  for (const [index, result] of settled.entries()) {
    if (result.status === 'fulfilled') results.push(result.value)
    else if (!pass.failure || result.reason instanceof AbortError || signal?.aborted) throw result.reason
    else {
      if (!isSaid)
        onNotice(`${labelsOf(models)} cannot be computed together (${pass.failure.message}): going on with one after another, as --no-shared-layers does`)
      isSaid = true
      results.push(await score(models[index]!, {}, Promise.resolve()))
    }
  }
  return results
}
