/** Options that every command that compares runs has. */
import { readFile } from 'node:fs/promises'
import type { Argv } from 'yargs'
import type { CompareOptions } from '../compare/compare-runs.ts'
import { parseProfile } from '../compare/parse-profile.ts'
import { PROFILES, type StatusProfile } from '../compare/status.ts'
import { UsageError } from '../errors.ts'

/** As yargs gives them. */
export interface CompareArguments {
  tasks: string[]
  profile: string
  commonItems: boolean
}

/** Adds the options to a command. */
export function describeCompareOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('tasks', {
      alias: 't',
      type: 'string',
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: 'Only these tasks or groups, separated by commas',
    })
    .option('profile', { type: 'string', default: 'default', requiresArg: true, describe: 'Words for retentions: default, card, or a YAML file' })
    .option('common-items', { type: 'boolean', default: false, describe: 'Compare only the items that all runs have' })
}

/** The options, checked. Fails with UsageError. */
export async function compareOptionsOf({ tasks, profile, commonItems }: CompareArguments): Promise<CompareOptions> {
  const names = tasks
    .flatMap((entry) => entry.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return { profile: await readProfile(profile), commonItems, ...(names.length > 0 && { tasks: names }) }
}

/** `default`, `card`, or the path of a YAML file. Fails with UsageError, which names the file and what is wrong with it. */
export async function readProfile(profile: string): Promise<StatusProfile> {
  if (profile === 'default' || profile === 'card') return PROFILES[profile]
  const text = await readFile(profile, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`no status profile ${JSON.stringify(profile)}`, 'Give default, card, or the path of a YAML file (docs/comparing.md shows one).', {
      cause,
    })
  })
  return parseProfile(text, profile)
}
