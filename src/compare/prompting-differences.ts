/** Differences in how prompts were written: scores of a chat and of a plain prompt are not of one test. */
import { ROLLING_METRIC_NAMES } from '../metrics/registry.ts'
import type { StoredPrompting, StoredRun } from '../store/stored-run.ts'
import type { Entry } from './entries.ts'

/** Why two scores cannot be compared. Empty if they can, if a side does not say, and for whole texts, which have no prompts. */
export function differingPrompting({ name, scores }: Pick<Entry, 'name' | 'scores'>, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.prompting, variant.prompting]
  const hasPrompts = scores.some(({ metric }) => !(ROLLING_METRIC_NAMES as readonly string[]).includes(metric))
  if (!a || !b || !hasPrompts) return []
  const differ = (what: string, of: (prompting: StoredPrompting) => string, advice: string) =>
    of(a) === of(b) ? [] : [`${name}: ${what} ${of(a)} against ${of(b)} in ${variant.label}: ${advice}`]
  return [
    ...differ('chat template', ({ chatTemplate }) => short(chatTemplate), 'score both with --apply-chat-template and one template, or both without'),
    ...differ('system instruction', ({ systemInstruction }) => short(systemInstruction), 'score both with one --system-instruction'),
    ...(a.chatTemplate === null || b.chatTemplate === null
      ? []
      : differ('few-shot examples as turns', ({ fewshotAsMultiturn }) => (fewshotAsMultiturn ? 'yes' : 'no'), 'score both with one --fewshot-as-multiturn')),
  ]
}

/** The beginning of a hash. */
function short(sha256: string | null): string {
  return sha256 === null ? 'none' : sha256.slice(0, 12)
}
