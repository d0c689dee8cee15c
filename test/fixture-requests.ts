/** The requests of a fixture's golden file, which transformers scored (scripts/make-family-goldens.py). */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { rollingWindows } from '../src/plan/rolling-windows.ts'
import type { Sequence } from '../src/plan/sequence.ts'

const FIXTURES = path.join(import.meta.dirname, 'checkpoints')

/** Small random checkpoints, two or more of each family. */
export const FAMILIES = readdirSync(FIXTURES).sort()

const configs = new Map(FAMILIES.map((name) => [name, JSON.parse(readFileSync(path.join(FIXTURES, name, 'config.json'), 'utf8')) as Record<string, unknown>]))

/** The first checkpoint of each family. */
export const ONE_OF_EACH_FAMILY = FAMILIES.filter(
  (name, index) => FAMILIES.findIndex((other) => configs.get(other)!['model_type'] === configs.get(name)!['model_type']) === index,
)

/** Whether a checkpoint is a mixture of experts. */
export function hasExperts(name: string): boolean {
  return Object.hasOwn(configs.get(name)!, 'num_experts_per_tok')
}

/** A checkpoint and what it is asked. */
export interface FixtureRequests {
  readonly folder: string
  /** Contexts with several continuations each. */
  readonly sequences: readonly Sequence[]
  /** What transformers gives each of them. */
  readonly expected: readonly { readonly logProb: number; readonly isGreedy: boolean }[]
  /** A text longer than the window. */
  readonly windows: readonly Sequence[]
  readonly windowsLogProb: number
}

interface Golden {
  readonly requests: readonly { readonly context: number[]; readonly continuation: number[]; readonly log_prob: number; readonly is_greedy: boolean }[]
  readonly rolling: { readonly tokens: number[]; readonly prefix_token: number; readonly max_length: number; readonly log_prob: number }
}

/** Reads a family's. */
export function fixtureRequests(family: string): FixtureRequests {
  const folder = path.join(FIXTURES, family)
  const { requests, rolling } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as Golden
  const sequence = (input: readonly number[], targets: readonly number[]) => ({ input: Int32Array.from(input), targets: Int32Array.from(targets) })
  return {
    folder,
    sequences: requests.map(({ context, continuation }) => sequence([...context, ...continuation].slice(0, -1), continuation)),
    expected: requests.map(({ log_prob: logProb, is_greedy: isGreedy }) => ({ logProb, isGreedy })),
    windows: rollingWindows(rolling.tokens, rolling.prefix_token, rolling.max_length).map(({ input, targets }) => sequence(input, targets)),
    windowsLogProb: rolling.log_prob,
  }
}
