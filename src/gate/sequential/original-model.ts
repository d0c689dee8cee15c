/** The baseline's model, which rules of distributions need beside the candidate. */
import { GateError } from '../../errors.ts'
import { isFolder } from '../../io/path-exists.ts'
import { parseModel } from '../../run/parse-model.ts'
import type { StoredRun } from '../../store/stored-run.ts'

/**
 * It as `--model` takes it, from the baseline's record; a repository of the hub at the commit that was scored. Fails with GateError if it cannot be told
 * or is not there. Whether it has the same weights is only known when it is open.
 */
export async function originalModel({ label, model }: StoredRun, candidate: string): Promise<string> {
  const { source, revision, weights, weightsHash } = model
  const refuse = (why: string) =>
    new GateError(
      `max_mean_kl and min_top1_agreement need the model of ${label} beside the candidate, and ${why}`,
      'Judge a stored run with --candidate, scored with --divergence.',
    )
  if (weightsHash === null) throw refuse('its record has no hash of weights to know it by')
  if (weights !== null) throw refuse(`it was scored as ${weights}`)
  if (revision === null && !(await isFolder(source))) throw refuse(`there is no folder ${source}`)
  const name = parseModel(candidate).label === 'baseline' ? 'original' : 'baseline'
  return `${name}=${revision === null ? source : `${source.split('@')[0]}@${revision}`}`
}
