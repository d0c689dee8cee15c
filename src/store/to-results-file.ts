/** A run as lm-eval's results file. */
import { createHash } from 'node:crypto'
import { metricOf } from '../metrics/registry.ts'
import type { Score } from '../task/score-items.ts'
import type { PromptingRecord, RunRecord } from './run-record.ts'
import { sanitizedName } from './sanitized-name.ts'
import type { StoredPrompting } from './stored-run.ts'

/** The record as lm-eval's results file, with everything else under `evalharness`. JSON has no NaN: such a score is "N/A", as lm-eval writes it. */
export function toResultsFile(run: RunRecord): Record<string, unknown> {
  return {
    ...taskFields(run),
    config: configOf(run),
    date: Date.parse(run.startedAt) / 1000,
    model_source: 'evalharness',
    model_name: run.model.source,
    model_name_sanitized: sanitizedName(run.model.label),
    max_length: run.model.maxLength,
    ...promptingFields(run.prompting),
    total_evaluation_time_seconds: String(run.elapsedMs / 1000),
    evalharness: ownFields(run),
  }
}

/** A value for each task, subset or group. */
function byName<T extends { readonly name: string }>(entries: readonly T[], valueOf: (entry: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(entries.map((entry) => [entry.name, valueOf(entry)]))
}

/** lm-eval's fields on scores and on what was scored. */
function taskFields({ tasks, groups }: RunRecord): Record<string, unknown> {
  const all = [...groups, ...tasks]
  return {
    results: byName(all, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    groups: byName(groups, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    group_subtasks: byName(groups, ({ members }) => members),
    configs: byName(tasks, ({ name, task, shotCount, version, origin, hubRows }) => ({
      task: name,
      group: task,
      // lm-eval's names; it scores a task's test split if there is one.
      ...(hubRows && { dataset_path: hubRows.repo, ...(hubRows.config !== null && { dataset_name: hubRows.config }), test_split: hubRows.split }),
      num_fewshot: shotCount,
      metadata: { version },
      dataset: origin,
    })),
    versions: byName(all, ({ version }) => version),
    'n-shot': byName(all, ({ shotCount }) => shotCount),
    higher_is_better: byName(all, ({ scores }) => Object.fromEntries(scores.map(({ metric }) => [metric, metricOf(metric).higherIsBetter]))),
    'n-samples': byName(tasks, ({ rowCount, itemCount }) => ({ original: rowCount ?? itemCount, effective: itemCount })),
  }
}

/** lm-eval's field `config`: model and settings. */
function configOf({ model, engine, settings }: RunRecord): Record<string, unknown> {
  return {
    model: 'evalharness',
    model_args: {
      pretrained: model.source,
      ...(model.revision !== null && { revision: model.revision }),
      dtype: engine.dtype,
      max_length: model.maxLength,
    },
    ...(model.parameterCount !== null && { model_num_parameters: model.parameterCount }),
    model_dtype: engine.dtype,
    batch_size: settings.batchTokens,
    device: engine.provider,
    limit: settings.limit,
    bootstrap_iters: 1000,
    random_seed: settings.seed,
  }
}

/** What lm-eval has no fields for. */
function ownFields({ tasks, groups, model, engine, settings, work, divergence, determinism, ...run }: RunRecord): Record<string, unknown> {
  const diverging = [...groups, ...tasks].flatMap((entry) => (entry.divergence ? [[entry.name, entry.divergence] as const] : []))
  return {
    version: run.harnessVersion,
    started_at: run.startedAt,
    is_complete: run.isComplete,
    ...(run.failure && { failure: run.failure.message }),
    model,
    engine,
    settings,
    work,
    ties: byName(tasks, ({ ties }) => ties),
    truncation: byName(tasks, ({ truncation }) => truncation),
    ...(divergence && { divergence: { ...divergence, tasks: Object.fromEntries(diverging) } }),
    ...(determinism && { determinism }),
  }
}

/** lm-eval's fields. */
function promptingFields(prompting: PromptingRecord): Record<string, unknown> {
  const { chatTemplate, systemInstruction, fewshotAsMultiturn } = promptingHashes(prompting)
  return {
    system_instruction: prompting.systemInstruction,
    system_instruction_sha: systemInstruction,
    fewshot_as_multiturn: fewshotAsMultiturn,
    chat_template: prompting.chatTemplate?.text ?? null,
    chat_template_sha: chatTemplate,
  }
}

/** How prompts were written, as a stored run has it. */
export function promptingHashes({ chatTemplate, systemInstruction, fewshotAsMultiturn }: PromptingRecord): StoredPrompting {
  return {
    chatTemplate: chatTemplate?.sha256 ?? null,
    systemInstruction: systemInstruction === null ? null : createHash('sha256').update(systemInstruction).digest('hex'),
    fewshotAsMultiturn,
  }
}

function metricEntries(scores: readonly Score[]): Record<string, number | string> {
  const finite = (value: number) => (Number.isFinite(value) ? value : 'N/A')
  return Object.fromEntries(
    scores.flatMap(({ metric, value, standardError }) => [
      [`${metric},none`, finite(value)],
      [`${metric}_stderr,none`, finite(standardError)],
    ]),
  )
}
