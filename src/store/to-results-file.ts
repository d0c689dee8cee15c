/** A run as lm-eval's results file. */
import { createHash } from 'node:crypto'
import { metricOf } from '../metrics/registry.ts'
import type { Score } from '../task/score-items.ts'
import type { PromptingRecord, RunRecord } from './run-record.ts'
import { sanitizedName } from './sanitized-name.ts'
import type { StoredPrompting } from './stored-run.ts'

/** The record as lm-eval's results file, with everything else under `evalharness`. JSON has no NaN: such a score is "N/A", as lm-eval writes it. */
export function toResultsFile(run: RunRecord): Record<string, unknown> {
  const { tasks, groups, model, settings, work, prompting } = run
  const each = <T extends { name: string }>(list: readonly T[], value: (entry: T) => unknown) =>
    Object.fromEntries(list.map((entry) => [entry.name, value(entry)]))
  const all = [...groups, ...tasks]
  return {
    results: each(all, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    groups: each(groups, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    group_subtasks: each(groups, ({ members }) => members),
    configs: each(tasks, ({ name, task, shotCount, version, origin, hubRows }) => ({
      task: name,
      group: task,
      // lm-eval's names; it scores a task's test split if there is one.
      ...(hubRows && { dataset_path: hubRows.repo, ...(hubRows.config !== null && { dataset_name: hubRows.config }), test_split: hubRows.split }),
      num_fewshot: shotCount,
      metadata: { version },
      dataset: origin,
    })),
    versions: each(all, ({ version }) => version),
    'n-shot': each(all, ({ shotCount }) => shotCount),
    higher_is_better: each(all, ({ scores }) => Object.fromEntries(scores.map(({ metric }) => [metric, metricOf(metric).higherIsBetter]))),
    'n-samples': each(tasks, ({ rowCount, itemCount }) => ({ original: rowCount ?? itemCount, effective: itemCount })),
    config: {
      model: 'evalharness',
      model_args: {
        pretrained: model.source,
        ...(model.revision !== null && { revision: model.revision }),
        dtype: run.engine.dtype,
        max_length: model.maxLength,
      },
      ...(model.parameterCount !== null && { model_num_parameters: model.parameterCount }),
      model_dtype: run.engine.dtype,
      batch_size: settings.batchTokens,
      device: run.engine.provider,
      limit: settings.limit,
      bootstrap_iters: 1000,
      random_seed: settings.seed,
    },
    date: Date.parse(run.startedAt) / 1000,
    model_source: 'evalharness',
    model_name: model.source,
    model_name_sanitized: sanitizedName(model.label),
    max_length: model.maxLength,
    ...promptingFields(prompting),
    total_evaluation_time_seconds: String(run.elapsedMs / 1000),
    evalharness: {
      version: run.harnessVersion,
      started_at: run.startedAt,
      is_complete: run.isComplete,
      ...(run.failure && { failure: run.failure.message }),
      model,
      engine: run.engine,
      settings,
      work,
      ties: each(tasks, ({ ties }) => ties),
      truncation: each(tasks, ({ truncation }) => truncation),
      ...(run.divergence && {
        divergence: {
          ...run.divergence,
          tasks: Object.fromEntries(all.flatMap(({ name, divergence }) => (divergence ? [[name, divergence]] : []))),
        },
      }),
      ...(run.determinism && { determinism: run.determinism }),
    },
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
