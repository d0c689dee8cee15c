/** Few-shot examples of a task: `fewshot_split`, `fewshot_config`, `fewshot_delimiter` and `num_fewshot`; lm-eval `config/task.py`. */
import { FEW_SHOT_SAMPLERS, type ExampleForm, type FewShotSettings } from '../few-shot-settings.ts'
import { isRecord } from '../field-checks.ts'
import { shownValue } from '../shown-value.ts'
import { answerText } from './gold.ts'
import { checkFewShotKeys } from './keys.ts'
import { choicesReader, promptReader, targetReader, textReader, type FieldContext, type RowReader } from './row-fields.ts'
import { plainSplit, scoredSplit } from './rows-of.ts'
import { TaskRefused } from './task-refused.ts'
import type { Value } from './template/values.ts'
import type { YamlFields } from './yaml-file.ts'

/** How the scored questions are read. */
export interface ScoredReaders {
  readonly prompt: RowReader<string | number>
  readonly target: RowReader<Value>
  readonly choices: RowReader<readonly string[]> | undefined
}

/** The settings. Fails with TaskRefused. */
export function fewShotsOf(fields: YamlFields, context: FieldContext, scored: ScoredReaders): FewShotSettings<unknown> {
  const config = isRecord(fields['fewshot_config']) ? fields['fewshot_config'] : {}
  checkFewShotKeys(config)
  const { sampler, samples } = config
  const split = config['split'] ?? fields['fewshot_split']
  const count = fields['num_fewshot']
  const delimiter = config['fewshot_delimiter'] ?? fields['fewshot_delimiter']
  const settings = {
    defaultCount: typeof count === 'number' ? count : 0,
    sampler: samplerOf(sampler),
    // Both may be absent: lm-eval compares the keys.
    leavesItemOut: (split ?? null) === (fields['test_split'] ?? null),
    example: exampleForm(config, context, scored),
    ...(typeof delimiter === 'string' && { delimiter }),
  }
  if (typeof split === 'string') return { ...settings, split: plainSplit(split) }
  if (Array.isArray(samples)) return { ...settings, samples: samples as unknown[] }
  if (samples !== undefined && samples !== null)
    throw new TaskRefused(`fewshot_config: samples: ${shownValue(samples)} is not a list`, 'fewshot_config: samples of another form')
  const other = fields['training_split'] ?? fields['validation_split']
  return { ...settings, split: typeof other === 'string' ? plainSplit(other) : scoredSplit(fields) }
}

function samplerOf(given: unknown): (typeof FEW_SHOT_SAMPLERS)[number] {
  if (given === undefined || given === null) return 'default'
  const known = FEW_SHOT_SAMPLERS.find((each) => each === given)
  if (known) return known
  throw new TaskRefused(`fewshot_config: sampler: ${shownValue(given)} is not supported`, 'fewshot_config: another sampler')
}

/** Examples read each key as the scored questions do, unless `fewshot_config` has one of its own. */
function exampleForm(config: YamlFields, context: FieldContext, scored: ScoredReaders): ExampleForm<unknown> {
  const own = <T>(key: string, read: (key: string, given: unknown, context: FieldContext) => T, otherwise: T): T => {
    const given = config[key]
    return given === undefined || given === null ? otherwise : read(`fewshot_config: ${key}`, given, context)
  }
  const prompt = own('doc_to_text', promptReader, scored.prompt)
  const target = own('doc_to_target', targetReader, scored.target)
  const choices = own<RowReader<readonly string[]> | undefined>('doc_to_choice', choicesReader, scored.choices)
  const prefix = own<RowReader<string> | undefined>('gen_prefix', textReader, undefined)
  const targetDelimiter = config['target_delimiter']
  return {
    prompt: (row) => {
      const text = prompt(row)
      // A number is the index of the right context.
      return typeof text === 'string' ? text : (choices?.(row)[text] ?? '')
    },
    answer: (row) => answerText(target(row), typeof prompt(row) === 'string' ? choices?.(row) : undefined),
    ...(prefix && { answerPrefix: prefix }),
    ...(typeof targetDelimiter === 'string' && { targetDelimiter }),
  }
}
