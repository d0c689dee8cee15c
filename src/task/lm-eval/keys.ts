/** What each key of lm-eval's YAML means here: it is honoured, or it changes no score, or the task is refused. */
import { TaskRefused } from './task-refused.ts'
import type { YamlFields } from './yaml-file.ts'

const HONOURED = [
  'task',
  'dataset_path',
  'dataset_name',
  'dataset_kwargs',
  'training_split',
  'validation_split',
  'test_split',
  'fewshot_split',
  'fewshot_config',
  'fewshot_delimiter',
  'num_fewshot',
  'process_docs',
  'doc_to_text',
  'doc_to_target',
  'doc_to_choice',
  'description',
  'target_delimiter',
  'gen_prefix',
  'output_type',
  'metric_list',
  'filter_list',
  'metadata',
  'tag',
]

/** Keys without an effect on scores, and why. */
export const HARMLESS_KEYS: Readonly<Record<string, string>> = {
  task_alias: 'another name in lm-eval’s table',
  group: 'of a file with task as well: lm-eval leaves it out',
  task_list: 'lm-eval leaves it out',
  generation_kwargs: 'for generated text only',
  repeats: 'log-likelihoods are the same each time',
  should_decontaminate: 'lm-eval 0.4 does not act on it',
  doc_to_decontamination_query: 'lm-eval 0.4 does not act on it',
  weight_by_size: 'belongs to groups',
  unsafe_code: 'for generated code only',
}

/** Keys that a task is refused for, and what they ask for. */
export const REFUSED_KEYS: Readonly<Record<string, string>> = {
  class: 'it is a Python class',
  custom_dataset: 'its rows are made by a Python function',
  process_results: 'its metrics are computed by a Python function',
  use_prompt: 'its prompt is one of promptsource',
  doc_to_image: 'it asks about images; evalharness scores the log-likelihood of text',
  doc_to_audio: 'it asks about sounds; evalharness scores the log-likelihood of text',
}

const FEW_SHOT_HONOURED = [
  'sampler',
  'split',
  'samples',
  'doc_to_text',
  'doc_to_target',
  'doc_to_choice',
  'gen_prefix',
  'fewshot_delimiter',
  'target_delimiter',
]
/** lm-eval reads it and does not use it. */
const FEW_SHOT_HARMLESS = ['fewshot_indices']

/** Fails with TaskRefused on a key that is not honoured, named. Keys without a value count as absent. */
export function checkKeys(fields: YamlFields): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || value === false) continue
    const reason = REFUSED_KEYS[key]
    if (reason !== undefined) throw new TaskRefused(`${key}: ${reason}`, key)
    if (!HONOURED.includes(key) && !(key in HARMLESS_KEYS)) throw new TaskRefused(`${key}: the key is not known`, `unknown key ${key}`)
  }
}

/** The same for `fewshot_config`. */
export function checkFewShotKeys(fields: YamlFields): void {
  const unknown = Object.entries(fields).find(([key, value]) => value !== null && !FEW_SHOT_HONOURED.includes(key) && !FEW_SHOT_HARMLESS.includes(key))
  if (unknown) throw new TaskRefused(`fewshot_config: ${unknown[0]}: the key is not supported`, `fewshot_config: ${unknown[0]}`)
}
