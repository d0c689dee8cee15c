/** Lists the tasks of folders of lm-eval's YAML: what can run, and why the rest cannot. */
import { counted } from '../text/count.ts'
import type { Survey } from '../task/lm-eval/survey.ts'
import type { Terminal } from './terminal.ts'

/** Prints names of tasks that can run and counts by reason of the others; `all` names those, groups and tags too. */
export function listCatalogue(survey: Survey, { all, json }: { readonly all: boolean; readonly json: boolean }, { out, err }: Terminal): void {
  const { runnable, refused, groups, tags, reasons, unread } = survey
  if (json) {
    out(JSON.stringify(survey, null, 2))
    return
  }
  out(`${counted(runnable.length, 'task')} can run:`)
  for (const name of runnable) out(`  ${name}`)
  if (refused.length > 0) out(`${counted(refused.length, 'task')} cannot run:`)
  for (const { reason, count } of reasons) {
    out(`  ${String(count).padStart(6)}  ${reason}`)
    for (const task of refused) if (all && task.reason === reason) out(`          ${task.name}: ${task.message}`)
  }
  if (unread.length > 0) out(`${counted(unread.length, 'file')} cannot be read:`)
  for (const { reason } of unread) out(`  ${reason.split('\n')[0]!}`)
  out(`${counted(groups.length, 'group')}, ${counted(tags.length, 'tag')}${all ? ':' : ''}`)
  if (all) for (const name of [...groups, ...tags]) out(`  ${name}`)
  else err('--all names the tasks that cannot run, groups and tags; `evalharness tasks NAME --include-path DIR` shows a task')
}
