/** The divergence of an item in a samples file. */
import { z } from 'zod'
import type { ItemDivergence } from '../metrics/divergence/item-divergence.ts'

/** KL(original ‖ variant) a position in nats, a 1 or 0 a position for the same most likely token, log-probabilities of right tokens, and Jensen–Shannon. */
const schema = z
  .object({
    kl: z.array(z.number().nonnegative()),
    same_top: z.string().regex(/^[01]*$/u),
    original_log_probs: z.array(z.number()),
    log_probs: z.array(z.number()),
    choices: z.number().nonnegative().nullable(),
  })
  .refine(({ kl, same_top: sameTop }) => kl.length === sameTop.length)
  .refine(({ original_log_probs: original, log_probs: variant }) => original.length === variant.length)

/** As it is written. */
export function storedDivergence({ kl, isSameTop, original, variant, choices }: ItemDivergence): z.input<typeof schema> {
  return { kl: [...kl], same_top: isSameTop.map(Number).join(''), original_log_probs: [...original], log_probs: [...variant], choices }
}

/** What was written; undefined for anything else. */
export function readDivergence(stored: unknown): ItemDivergence | undefined {
  const { data } = schema.safeParse(stored)
  if (!data) return undefined
  const { kl, same_top: sameTop, original_log_probs: original, log_probs: variant, choices } = data
  return { kl, isSameTop: Array.from(sameTop, (digit) => digit === '1'), original, variant, choices }
}
