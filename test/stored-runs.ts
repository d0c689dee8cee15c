/** Stored runs from outcomes, for what compares them. */
import type { TextValue } from '../src/metrics/metric.ts'
import type { StoredItem, StoredRun, StoredTask } from '../src/store/stored-run.ts'

/** A task of two choices, right if an outcome is 1. `changes` go over the task's fields. */
export function choiceTask(name: string, outcomes: readonly number[], changes: Partial<StoredTask> = {}): StoredTask {
  const items = outcomes.map((right, docId): StoredItem => ({
    docId,
    promptHash: `prompt ${name} ${docId}`,
    targetHash: `target ${docId % 2}`,
    target: String(docId % 2),
    values: { acc: right },
    requests: [0, 1].map((choice) => ({
      context: `question ${docId}`,
      continuation: ` answer ${docId} ${choice}`,
      logProb: right === Number(choice === docId % 2) ? -1 : -2,
    })),
  }))
  const value = outcomes.reduce((sum, right) => sum + right, 0) / outcomes.length
  const standardError = Math.sqrt((value * (1 - value)) / (outcomes.length - 1))
  return {
    name,
    version: '1',
    shotCount: 0,
    itemCount: items.length,
    rowCount: items.length,
    scores: [{ metric: 'acc', value, standardError }],
    items,
    ...changes,
  }
}

/** The task with another accuracy, `acc_norm`, which has these outcomes. */
export function withNormalized(task: StoredTask, outcomes: readonly number[]): StoredTask {
  const value = outcomes.reduce((sum, right) => sum + right, 0) / outcomes.length
  return {
    ...task,
    scores: [...task.scores, { metric: 'acc_norm', value, standardError: null }],
    items: task.items!.map((item, index) => ({ ...item, values: { ...item.values, acc_norm: outcomes[index]! } })),
  }
}

/** A task of texts with a word perplexity. */
export function textTask(name: string, texts: readonly TextValue[]): StoredTask {
  const total = (key: keyof TextValue) => texts.reduce((sum, text) => sum + text[key], 0)
  return {
    ...choiceTask(name, []),
    itemCount: texts.length,
    rowCount: texts.length,
    scores: [{ metric: 'word_perplexity', value: Math.exp(-total('logProb') / total('weight')), standardError: null }],
    items: texts.map((text, docId) => ({ docId, promptHash: `text ${docId}`, targetHash: '', target: '', values: { word_perplexity: text }, requests: [] })),
  }
}

/** A measured run of these tasks. */
export function storedRun(label: string, tasks: readonly StoredTask[], changes: Partial<StoredRun> = {}): StoredRun {
  return {
    kind: 'measured',
    label,
    file: `${label}/results_2026-01-01.json`,
    tool: 'evalharness 0.1.0',
    date: '2026-01-01T00:00:00.000Z',
    isComplete: true,
    model: {
      source: `models/${label}`,
      revision: null,
      architecture: 'LlamaForCausalLM',
      parameterCount: 1000,
      weightsHash: 'aa',
      weights: null,
      tokenizerHash: 'bb',
      maxLength: 128,
    },
    tasks,
    groups: [],
    ...changes,
  }
}

/** A run whose scores come from a model card: no items. */
export function citedRun(label: string, scores: Readonly<Record<string, readonly [metric: string, value: number]>>): StoredRun {
  const tasks = Object.entries(scores).map(([name, [metric, value]]): StoredTask => ({
    name,
    version: null,
    shotCount: null,
    itemCount: null,
    rowCount: null,
    scores: [{ metric, value, standardError: null }],
    items: null,
  }))
  return storedRun(label, tasks, { kind: 'cited', tool: 'model card', file: 'README.md', date: null })
}
