/** Options of every command that compares runs. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { CompareOptions } from '../compare/compare-runs.ts'
import { parseProfile } from '../compare/parse-profile.ts'
import { PROFILES, type StatusProfile } from '../compare/status.ts'
import { UsageError } from '../errors.ts'
import { flag, list, textOr } from '../run/option-table.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { parseNames } from '../run/parse-run-options.ts'

/** Their table. */
export const compareOptions = z.object({
  tasks: list({ aliases: ['t'], description: 'Tasks, groups or patterns to compare, separated by commas (default: all)' }),
  profile: textOr('default', { description: 'Words for retentions: default, card, or a YAML file' }),
  commonItems: flag({ description: 'Compare only the items that all runs have' }),
})

/** Converts the values to options of compareRuns. Fails with UsageError. */
export async function parseCompareOptions({ tasks, profile, commonItems }: z.output<typeof compareOptions>): Promise<CompareOptions> {
  const names = parseNames(tasks)
  return { profile: await readProfile(profile), commonItems, ...(names.length > 0 && { tasks: names }) }
}

/** `default`, `card`, or the path of a YAML file. Fails with UsageError, which names the file and the problem. */
export async function readProfile(profile: string): Promise<StatusProfile> {
  if (profile === 'default' || profile === 'card') return PROFILES[profile]
  const text = await readFile(profile, 'utf8').catch((cause: unknown) => {
    throw new UsageError(
      `no status profile ${JSON.stringify(profile)}`,
      `${didYouMean(profile, Object.keys(PROFILES))}Give default, card, or the path of a YAML file (docs/comparing.md shows one).`,
      {
        cause,
      },
    )
  })
  return parseProfile(text, profile)
}
