/** Benchmarks as cards call them. */
import { benchmarkOf } from '../../task/built-in-tasks.ts'

/** `MMLU (5-shot)`; the task's own name if the benchmark is not known. */
export function benchmarkName(task: string, shotCount: number | null): string {
  return `${benchmarkOf(task)?.title ?? task}${shotCount ? ` (${shotCount}-shot)` : ''}`
}

/** What a benchmark says about a model's use; the task's own name if the benchmark is not known. */
export function benchmarkUses(task: string): readonly string[] {
  return benchmarkOf(task)?.uses ?? [task]
}
