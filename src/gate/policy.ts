/** The policy of a gate: limits for each task, from a YAML file. */
import { z } from 'zod'
import { ALPHA } from '../compare/betting-bounds.ts'
import { GateError } from '../errors.ts'
import { parseYaml } from '../io/parse-yaml.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { errorText } from '../text/error-text.ts'

/** The limits of one task. */
export interface TaskLimits {
  /** The metric that retention and drop are of; the task's main one when absent. */
  readonly metric?: string | undefined
  /** Smallest share of the original's score. */
  readonly minRetention?: number | undefined
  /** Largest loss in points: 1.5 allows 80 % to become 78.5 %. */
  readonly maxDropPoints?: number | undefined
  /** Largest ratio of the perplexities. */
  readonly maxPerplexityRatio?: number | undefined
  /** Largest mean KL(original ‖ candidate) over positions, in nats. */
  readonly maxMeanKl?: number | undefined
  /** Smallest share of positions with the same most likely token. */
  readonly minTop1Agreement?: number | undefined
}

/** Limits by task. */
export type Policy = ReadonlyMap<string, TaskLimits>

/** A policy file. */
export interface ParsedPolicy {
  readonly limits: Policy
  /** Twice the most probability of a wrong verdict, for all rules together; 0.05 unless the file says otherwise. */
  readonly alpha: number
}

const share = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(?:\.\d+)?\s*%$/u)
        .transform((text) => Number.parseFloat(text) / 100),
    ],
    'neither a share such as 0.95 nor a percentage such as 95%',
  )
  .refine((value) => value > 0, 'not above 0, which every candidate keeps')
const limits = z
  .strictObject({
    metric: z.string().min(1).optional(),
    min_retention: share.refine((value) => value <= 2, 'more than 200 %: for 95 % write 0.95 or 95%').optional(),
    max_drop_points: z.number().nonnegative().max(100).optional(),
    max_perplexity_ratio: z.number().min(1).optional(),
    max_mean_kl: z.number().positive().optional(),
    min_top1_agreement: share.refine((value) => value <= 1, 'more than 100 %').optional(),
  })
  .refine(
    ({ metric: _metric, ...given }) => Object.values(given).some((limit) => limit !== undefined),
    'no limit: give min_retention, max_drop_points, max_perplexity_ratio, max_mean_kl or min_top1_agreement',
  )
const policySchema = z.strictObject({
  alpha: z.number().min(1e-6).max(0.5).default(ALPHA),
  tasks: z.record(z.string(), limits).refine((tasks) => Object.keys(tasks).length > 0, 'no task'),
})

/** What to write. */
export const POLICY_HINT = 'Write for example: tasks: { piqa: { min_retention: 0.95 } } (docs/gate.md).'

/** The limit that an unknown key of a task was meant to be, as the beginning of a hint. */
function nearestLimit({ issues }: z.ZodError): string {
  const [key] = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  return key === undefined ? '' : didYouMean(key, Object.keys(limits.shape))
}

/** Parses a policy; `file` is its name in errors. Fails with GateError, which names the line of a YAML error and the key of a wrong limit. */
export function parsePolicy(text: string, file: string): ParsedPolicy {
  let content: unknown
  try {
    ;({ content } = parseYaml(text))
  } catch (cause) {
    throw new GateError(`${file} is not YAML: ${errorText(cause)}`, POLICY_HINT, { cause })
  }
  if (content === null || content === undefined) throw new GateError(`${file} is empty`, POLICY_HINT)
  const checked = policySchema.safeParse(content)
  if (!checked.success) throw new GateError(`${file} is not a policy: ${z.prettifyError(checked.error)}`, `${nearestLimit(checked.error)}${POLICY_HINT}`)
  const { alpha, tasks } = checked.data
  const entries = Object.entries(tasks).map(
    ([task, given]) =>
      [
        task,
        {
          metric: given.metric,
          minRetention: given.min_retention,
          maxDropPoints: given.max_drop_points,
          maxPerplexityRatio: given.max_perplexity_ratio,
          maxMeanKl: given.max_mean_kl,
          minTop1Agreement: given.min_top1_agreement,
        },
      ] as const,
  )
  return { limits: new Map(entries), alpha }
}
