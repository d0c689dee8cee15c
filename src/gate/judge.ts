/** The gate: reads the policy and both runs, compares the runs, judges the comparison. */
import { readFile } from 'node:fs/promises'
import { ALPHA } from '../compare/betting-bounds.ts'
import { compareRuns, type CompareOptions } from '../compare/compare-runs.ts'
import type { Comparison } from '../compare/comparison.ts'
import { leftOutText } from '../compare/provenance.ts'
import { CompareError, GateError } from '../errors.ts'
import { errorText } from '../text/error-text.ts'
import { readStoredRun } from '../store/read-stored-run.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { BASELINES, findBaseline } from './bless.ts'
import { chanceNotes } from './chance-notes.ts'
import { checkPolicy } from './check-policy.ts'
import { EXIT_CODE, judgeComparison } from './judge-comparison.ts'
import type { GateOutcome } from './outcome.ts'
import { parsePolicy, POLICY_HINT, type ParsedPolicy, type Policy } from './policy.ts'

/** What to judge. */
export interface JudgeOptions {
  /** Run of the original: FILE, FOLDER, or the name of a blessed baseline. */
  readonly baseline: string
  /** Run of the candidate: FILE or FOLDER. */
  readonly candidate: string
  /** YAML file of limits by task; or its content, `{ tasks: { piqa: { min_retention: 0.95 } } }`. */
  readonly policy: string | { readonly alpha?: number; readonly tasks: Readonly<Record<string, object>> }
  /** Folder of blessed baselines; `results/baselines` when absent. */
  readonly baselines?: string | undefined
}

/** Both runs and the policy, read. */
export interface OpenGate {
  readonly baseline: StoredRun
  readonly candidate: StoredRun
  readonly policy: Policy
  readonly alpha: number
  /** What errors call the policy. */
  readonly policyName: string
}

/**
 * Judges a candidate against a baseline. Fails with GateError or StoreError on input that cannot be used, and with CompareError
 * on runs that cannot be compared.
 */
export async function judge(options: JudgeOptions): Promise<GateOutcome> {
  return judgeOpen(await openGate(options))
}

/** Reads what is to be judged. Fails with GateError or StoreError. */
export async function openGate({ baseline, candidate, policy, baselines = BASELINES }: JudgeOptions): Promise<OpenGate> {
  const { limits, alpha } = await openPolicy(policy)
  const wanted = new Set(limits.keys())
  const runs = { baseline: await readStoredRun(await findBaseline(baseline, baselines), wanted), candidate: await readStoredRun(candidate, wanted) }
  return { ...runs, policy: limits, alpha, policyName: policyNameOf(policy) }
}

/** Judges what was read. Fails with GateError on a policy that does not suit the runs, and with CompareError. */
export function judgeOpen({ baseline, candidate, policy, alpha, policyName }: OpenGate): GateOutcome {
  checkPolicy(policy, [baseline, candidate], policyName)
  // A policy may name any metric and subset; only those that it names are compared.
  const known = new Set([...baseline.tasks, ...baseline.groups].map(({ name }) => name))
  const tasks = [...policy.keys()].filter((task) => known.has(task))
  const comparison = compareForGate(baseline, candidate, {
    ...(tasks.length > 0 && { tasks }),
    allMetrics: [...policy.values()].some(({ metric }) => metric !== undefined),
    commonItems: 'subset',
  })
  const judgement = judgeComparison(policy, comparison)
  return {
    names: { baseline: baseline.label, candidate: candidate.label },
    files: { baseline: baseline.sources ?? [], candidate: candidate.sources ?? [] },
    judgement,
    error: null,
    notes: [
      ...comparison.notes,
      ...chanceNotes(baseline, judgement.rules),
      ...(alpha === ALPHA ? [] : [`alpha ${alpha} of the policy is for --model; stored runs are judged by 95 % intervals`]),
    ],
    exitCode: EXIT_CODE[judgement.verdict],
  }
}

/** Reads a policy, or takes its content. Fails with GateError. */
export async function openPolicy(policy: JudgeOptions['policy']): Promise<ParsedPolicy> {
  return parsePolicy(typeof policy === 'string' ? await readPolicy(policy) : JSON.stringify(policy), policyNameOf(policy))
}

/** What errors call a policy. */
export function policyNameOf(policy: JudgeOptions['policy']): string {
  return typeof policy === 'string' ? policy : 'the policy'
}

async function readPolicy(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GateError(`cannot read the policy ${file}: ${errorText(cause)}`, POLICY_HINT, { cause })
  })
}

/** As compareRuns, with a hint that names the gate's options. */
function compareForGate(original: StoredRun, variant: StoredRun, options: CompareOptions): Comparison {
  try {
    return compareRuns(original, [variant], options)
  } catch (cause) {
    if (!(cause instanceof CompareError)) throw cause
    throw new CompareError(
      cause.message,
      `Score the candidate on the tasks, shots and rows of the baseline, or on its first rows with --limit; or bless another baseline.${leftOutText([original, variant])}`,
      { cause },
    )
  }
}
