/**
 * Every flag of lm-eval's command line (0.4.13, `lm_eval/_cli/`), and what it is here. The command line, its errors and docs/from-lm-eval.md are made
 * from this table; a test compares it with the list that scripts/make-lm-eval-lists.py writes.
 */

/** How many values a flag takes. */
export type ValueCount = 'none' | 'one' | 'optional' | 'several'

/** What a flag is here. */
export type Equivalent =
  /** An option with the same meaning. `unless` has values that mean something else here, and what to give instead. */
  | { readonly kind: 'option'; readonly option: string; readonly note?: string; readonly unless?: (value: string) => string | undefined }
  /** Its values stand for options without values, of which some need none. */
  | { readonly kind: 'levels'; readonly levels: Readonly<Record<string, readonly string[]>>; readonly note: string }
  /** Accepted without effect: what it asks for is always so, or does not exist if it could matter. */
  | { readonly kind: 'unneeded'; readonly because: string }
  /** Part of the model's description; see models.ts. */
  | { readonly kind: 'model'; readonly note: string }
  /** An error: scores or results would lack what it asks for. */
  | { readonly kind: 'refused'; readonly because: string; readonly instead: string }

/** A flag of `lm-eval run`. */
export interface LmEvalFlag {
  readonly name: string
  readonly short?: string
  readonly values: ValueCount
  readonly here: Equivalent
}

const NO_TRACKER = { because: 'nothing is sent to a tracker', instead: 'Log the results file: it is in the schema of lm-eval.' }

/** The flags of `lm-eval run`, in the order of its help. */
export const LM_EVAL_FLAGS: readonly LmEvalFlag[] = [
  flag('config', 'C', 'one', refused('evalharness reads no configuration file', 'Give the options; `evalharness run --resume FOLDER` repeats those of a run.')),
  flag('tasks', 't', 'several', option('tasks')),
  flag('model', 'M', 'one', { kind: 'model', note: '`--model NAME=FOLDER` or `NAME=OWNER/REPO`, once per model; `hf` with `--model_args` is translated' }),
  flag('model_args', 'a', 'several', { kind: 'model', note: 'settings after the model: `--model NAME=WHERE,quantize=nf4`; translated where they exist here' }),
  flag('apply_chat_template', undefined, 'optional', option('apply-chat-template')),
  flag('limit', 'L', 'one', option('limit')),
  flag('use_cache', 'c', 'one', option('cache', 'responses are cached by default')),
  flag('num_fewshot', 'f', 'one', option('num-fewshot')),
  flag('batch_size', 'b', 'one', unneeded('batches are sized in tokens, and scores do not depend on them; --batch-tokens N sets the size')),
  flag('max_batch_size', undefined, 'one', unneeded('batches are sized in tokens; --batch-tokens N sets the size')),
  flag('device', undefined, 'one', {
    kind: 'option',
    option: 'device',
    unless: (value) => (value.startsWith('mps') ? 'On a Mac, give --device webgpu or coreml, or leave it out.' : undefined),
  }),
  flag('gen_kwargs', undefined, 'several', refused('evalharness scores log-likelihoods and generates no text', 'Leave it out.')),
  flag('output_path', 'o', 'one', {
    kind: 'option',
    option: 'output',
    unless: (value) => (/\.jsonl?$/u.test(value) ? 'Give a folder; each model has its results in a folder below it.' : undefined),
  }),
  flag('log_samples', 's', 'none', unneeded('samples are always stored')),
  flag('samples', 'E', 'one', option('samples')),
  flag('cache_requests', undefined, 'optional', unneeded('prompts are rendered in seconds and not cached')),
  flag('check_integrity', undefined, 'none', unneeded('rows are always checked before anything is scored')),
  flag('system_instruction', undefined, 'one', option('system-instruction')),
  flag('fewshot_as_multiturn', undefined, 'optional', {
    kind: 'levels',
    levels: { TRUE: ['--fewshot-as-multiturn'], FALSE: ['--no-fewshot-as-multiturn'] },
    note: '`--fewshot-as-multiturn`, the default with a chat template, or `--no-fewshot-as-multiturn`',
  }),
  flag('include_path', undefined, 'one', option('include-path', 'functions of the YAML are JavaScript ([moving from lm-eval](moving-from-lm-eval.md))')),
  flag('verbosity', 'v', 'one', {
    kind: 'levels',
    levels: { DEBUG: ['--verbose'], INFO: [], WARNING: [], ERROR: ['--quiet'], CRITICAL: ['--quiet'] },
    note: '`--verbose` for DEBUG, `--quiet` for ERROR and CRITICAL',
  }),
  flag('write_out', 'w', 'none', unneeded('the samples have every prompt, and `evalharness run --dry-run` shows the first ones')),
  flag('show_config', undefined, 'none', unneeded('the results file has the settings of each task')),
  flag('wandb_args', undefined, 'several', refused(NO_TRACKER.because, NO_TRACKER.instead)),
  flag('wandb_config_args', undefined, 'several', refused(NO_TRACKER.because, NO_TRACKER.instead)),
  flag('trackio_args', undefined, 'several', refused(NO_TRACKER.because, NO_TRACKER.instead)),
  flag('hf_hub_log_args', undefined, 'several', refused('nothing is uploaded', 'Upload the results folder: `hf upload`.')),
  flag('predict_only', 'x', 'none', unneeded('samples are always stored, with log-likelihoods; metrics cost nothing more')),
  flag('seed', undefined, 'one', {
    kind: 'option',
    option: 'seed',
    note: 'the seed of the bootstrap; few-shot examples have their own, `--fewshot-seed`, which lm-eval sets by the same option',
    unless: (value) =>
      value.includes(',')
        ? 'Give the first number as --seed (bootstrap) and the fourth as --fewshot-seed (few-shot examples); nothing else is random.'
        : undefined,
  }),
  flag('trust_remote_code', undefined, 'none', unneeded('code of checkpoints and datasets is never run')),
  flag('confirm_run_unsafe_code', undefined, 'none', unneeded('no task runs code that a model wrote')),
  flag('metadata', undefined, 'several', refused('no task here takes metadata', 'Leave it out.')),
]

/** lm-eval's other commands, and the command lines that do the same here; `NAME` stands for the tasks that are given. */
export const LM_EVAL_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  ls: ['tasks', '--all'],
  list: ['tasks', '--all'],
  validate: ['run', '--tasks', 'NAME', '--dry-run'],
}

function flag(name: string, short: string | undefined, values: ValueCount, here: Equivalent): LmEvalFlag {
  return { name, ...(short !== undefined && { short }), values, here }
}

function option(name: string, note?: string): Equivalent {
  return { kind: 'option', option: name, ...(note !== undefined && { note }) }
}

function unneeded(because: string): Equivalent {
  return { kind: 'unneeded', because }
}

function refused(because: string, instead: string): Equivalent {
  return { kind: 'refused', because, instead }
}
