/** A custom status profile, from a YAML file. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { parseYaml } from '../io/parse-yaml.ts'
import type { StatusProfile } from './status.ts'
import { errorText } from '../text/error-text.ts'

const word = { name: z.string().min(1), sign: z.string().default('') }
const profileSchema = z.strictObject({
  name: z.string().min(1).optional(),
  by: z.enum(['interval', 'point']).default('interval'),
  cuts: z.array(z.strictObject({ ...word, at_least: z.number().nonnegative().optional() })).min(1),
  near_chance: z
    .strictObject({ ...word, chance: z.enum(['uniform', 'baseline']).default('baseline') })
    .nullable()
    .default(null),
})

/** The profile that a YAML text describes; `file` is what errors call it. Fails with UsageError. */
export function parseProfile(text: string, file: string): StatusProfile {
  let content: unknown
  try {
    ;({ content } = parseYaml(text))
  } catch (cause) {
    throw new UsageError(`${file} is not YAML: ${errorText(cause)}`, 'docs/comparing.md shows a profile.', { cause })
  }
  const checked = profileSchema.safeParse(content)
  if (!checked.success) throw new UsageError(`${file} is not a status profile: ${z.prettifyError(checked.error)}`, 'docs/comparing.md shows one.')
  const { name = file, by, cuts, near_chance: nearChance } = checked.data
  cuts.forEach(({ at_least: bound, name: cut }, index) => {
    const isLast = index === cuts.length - 1
    if ((bound === undefined) !== isLast)
      throw new UsageError(`${file}: ${cut} ${isLast ? 'has' : 'lacks'} at_least`, 'Every cut has one but the last, which takes what is left.')
    if (!isLast && index > 0 && bound! >= cuts[index - 1]!.at_least!)
      throw new UsageError(`${file}: ${cut} is at_least ${bound}, not below the cut before it`, 'Cuts go from the highest down.')
  })
  return { name, by, cuts: cuts.map(({ at_least: atLeast, ...status }) => ({ ...status, atLeast })), nearChance }
}

/** The fields of a profile's file, from which `parseProfile` makes it again. */
export function profileFields({ name, by, cuts, nearChance }: StatusProfile): object {
  return { name, by, cuts: cuts.map(({ atLeast, ...status }) => ({ ...status, ...(atLeast !== undefined && { at_least: atLeast }) })), near_chance: nearChance }
}
