/** Checks that the candidate would be asked as the baseline was: with the same prompts and the same first tokens. */
import { differingAddBosToken, differingRollingBos } from '../../compare/encoding-differences.ts'
import { differingPrompting } from '../../compare/prompting-differences.ts'
import { CompareError } from '../../errors.ts'
import type { ScoringOptions } from '../../run/run-options.ts'
import type { PromptingRecord } from '../../store/run-record.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { promptingHashes } from '../../store/to-results-file.ts'
import type { RuledPopulation } from './ruled-population.ts'

/** How the candidate would be scored. */
export interface CandidateSettings extends Pick<ScoringOptions, 'rollingBos' | 'addBosToken'> {
  readonly label: string
  readonly prompting?: PromptingRecord | undefined
}

/** Fails with CompareError on the first difference. */
export function checkSameSettings(ruled: readonly RuledPopulation[], baseline: StoredRun, settings: CandidateSettings): void {
  const { label, prompting, rollingBos, addBosToken } = settings
  const { prompting: _prompting, rollingBos: _rollingBos, addBosToken: _addBosToken, ...rest } = baseline
  const candidate: StoredRun = {
    ...rest,
    label,
    ...(prompting && { prompting: promptingHashes(prompting) }),
    ...(rollingBos && { rollingBos }),
    ...(addBosToken !== undefined && { addBosToken }),
  }
  for (const { population, tracks } of ruled) {
    const { name, entry } = population
    const [first] = [
      ...differingAddBosToken(name, baseline, candidate),
      ...differingPrompting(entry, baseline, candidate),
      ...(tracks.some(({ method }) => method === 'asymptotic') ? differingRollingBos(name, baseline, candidate) : []),
    ]
    if (first !== undefined)
      throw new CompareError(
        `the runs cannot be compared: ${first}`,
        'Give the gate the options of the baseline: --apply-chat-template, --system-instruction, --fewshot-as-multiturn, --add-bos-token, --rolling-bos.',
      )
  }
}
