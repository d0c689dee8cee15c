/** Arguments of lm-eval's models (`--model_args`), and what they are here: the model's settings, or options of the run. */

/** What an argument is here. `says` is the sentence for messages and docs/from-lm-eval.md. */
export interface ModelArgument {
  readonly says: string
  readonly as:
    | { readonly kind: 'source' | 'revision' | 'unneeded' | 'refused' }
    /** A setting after the model. */
    | { readonly kind: 'setting'; readonly setting: string }
    /** An option of the run without a value: `--OPTION` for True, `--no-OPTION` for False. */
    | { readonly kind: 'flag'; readonly option: string }
    /** An option of the run; `values` are other spellings, '' for a value that is the default here. */
    | { readonly kind: 'option'; readonly option: string; readonly values?: Readonly<Record<string, string>> }
  /** Values that change nothing here; all others are refused. */
  readonly harmless?: readonly string[]
}

const SAME_DTYPE = 'The type is the same for all models of a run: --dtype f32, f16 or bf16.'
const NOT_SPLIT = 'A model is not split over devices; --device cuda:0,cuda:1 scores with a copy on each.'
const NO_TEMPLATE_ARGUMENTS = 'A chat template gets no arguments besides the messages; leave it out.'
const DTYPES = { auto: '', float: 'float32', half: 'float16' }
const OFF = ['False', 'false']

/** Arguments of `--model hf`. */
export const HF_ARGUMENTS: Readonly<Record<string, ModelArgument>> = {
  pretrained: { says: 'Give it as the model: --model NAME=FOLDER or NAME=OWNER/REPO.', as: { kind: 'source' } },
  backend: { says: 'Only decoders are scored: no encoder-decoder models.', as: { kind: 'unneeded' }, harmless: ['default', 'causal'] },
  revision: { says: 'Write it after the repository: OWNER/NAME@REVISION.', as: { kind: 'revision' } },
  subfolder: refused('Give the folder itself as the model.'),
  tokenizer: refused('The tokenizer of the checkpoint is used; put another one into a copy of its folder.'),
  truncation: unneeded('Prompts that are longer than the window are cut at the left.'),
  logits_cache: unneeded('Shared beginnings of prompts are always computed once.'),
  max_length: { says: 'The window is the same for all models of a run: --max-length N.', as: { kind: 'option', option: 'max-length' } },
  device: { says: 'The device is the same for all models of a run: --device cpu, webgpu or cuda:0.', as: { kind: 'option', option: 'device' } },
  dtype: { says: SAME_DTYPE, as: { kind: 'option', option: 'dtype', values: DTYPES } },
  softmax_dtype: { says: 'Log-probabilities are computed in float32.', as: { kind: 'unneeded' }, harmless: ['float32', 'None'] },
  mixed_precision_dtype: refused(SAME_DTYPE),
  batch_size: unneeded('Batches are sized in tokens; --batch-tokens N sets the size.'),
  max_batch_size: unneeded('Batches are sized in tokens; --batch-tokens N sets the size.'),
  trust_remote_code: unneeded('Code of a checkpoint is never run.'),
  use_fast_tokenizer: unneeded('tokenizer.json, the fast tokenizer, is always used.'),
  add_bos_token: {
    says: 'It is the same for all models of a run: --add-bos-token, or --no-add-bos-token for False.',
    as: { kind: 'flag', option: 'add-bos-token' },
  },
  prefix_token_id: refused('The token before a text is the tokenizer’s (docs/scoring.md).'),
  parallelize: { says: NOT_SPLIT, as: { kind: 'unneeded' }, harmless: OFF },
  max_memory_per_gpu: refused('--memory SIZE limits the memory of the process that computes.'),
  max_cpu_memory: refused('--memory SIZE limits the memory of the process that computes.'),
  offload_folder: refused('Weights are not offloaded; a larger model can run on a server (docs/servers.md).'),
  tp_plan: refused(NOT_SPLIT),
  peft: { says: 'Give adapter=FOLDER after the model.', as: { kind: 'setting', setting: 'adapter' } },
  delta: refused('Give the folder of the merged checkpoint.'),
  autogptq: unneeded('A GPTQ checkpoint is recognized by its config.json.'),
  gptqmodel: unneeded('A GPTQ checkpoint is recognized by its config.json.'),
  gguf_file: refused('GGUF files are not read; give the checkpoint that it was made from.'),
  think_end_token: refused('No text is generated; leave it out.'),
  enable_thinking: refused(NO_TEMPLATE_ARGUMENTS),
  chat_template_args: refused(NO_TEMPLATE_ARGUMENTS),
}

/** Arguments that lm-eval hands to transformers. */
export const TRANSFORMERS_ARGUMENTS: Readonly<Record<string, ModelArgument>> = {
  torch_dtype: HF_ARGUMENTS['dtype']!,
  load_in_4bit: { ...refused('Give quantize=nf4 after the model.'), harmless: OFF },
  load_in_8bit: { ...refused('Give quantize=int8 after the model.'), harmless: OFF },
  attn_implementation: unneeded('Attention is computed exactly on every device.'),
}

/** Arguments of `--model local-completions`. */
export const SERVER_ARGUMENTS: Readonly<Record<string, ModelArgument>> = {
  base_url: { says: 'Give the address itself: --model NAME=http://HOST:PORT/v1,tokenizer=WHERE.', as: { kind: 'source' } },
  model: { says: 'Give name=MODEL after the address.', as: { kind: 'setting', setting: 'name' } },
  tokenizer: { says: 'Give tokenizer=WHERE after the address.', as: { kind: 'setting', setting: 'tokenizer' } },
  num_concurrent: { says: 'Give concurrency=N after the address.', as: { kind: 'setting', setting: 'concurrency' } },
  timeout: { says: 'Give timeout=SECONDS after the address.', as: { kind: 'setting', setting: 'timeout' } },
  max_length: HF_ARGUMENTS['max_length']!,
  batch_size: unneeded('Give concurrency=N for requests at once.'),
  max_retries: unneeded('Failed requests are repeated (docs/servers.md).'),
  tokenized_requests: unneeded('Requests are always token ids.'),
  tokenizer_backend: { says: 'The tokenizer is that of the checkpoint.', as: { kind: 'unneeded' }, harmless: ['huggingface', 'auto'] },
}

/** What to write here instead of a setting of lm-eval's model; undefined for a name that lm-eval does not have either. */
export function modelArgumentHint(name: string): string | undefined {
  for (const known of [HF_ARGUMENTS, TRANSFORMERS_ARGUMENTS, SERVER_ARGUMENTS]) if (Object.hasOwn(known, name)) return known[name]!.says
  return undefined
}

/** lm-eval's kinds of models that are translated: checkpoints of transformers, and servers. */
export const CHECKPOINT_KINDS: readonly string[] = ['hf', 'hf-auto', 'huggingface']
export const SERVER_KINDS: readonly string[] = ['local-completions']

/** What to do instead with other kinds. */
export const OTHER_KINDS: Readonly<Record<string, string>> = {
  vllm: 'Start `vllm serve` and give its address (docs/servers.md), or leave it out to compute here.',
  'vllm-vlm': 'Models with images are not scored.',
  sglang: 'Give the address of a server with a completions API (docs/servers.md), or leave it out to compute here.',
  'hf-multimodal': 'Models with images are not scored.',
  'hf-audiolm-qwen': 'Models with sounds are not scored.',
  'hf-mistral3': 'Models with images are not scored.',
  gguf: 'GGUF files are not read; give the checkpoint that it was made from.',
  ggml: 'GGUF files are not read; give the checkpoint that it was made from.',
  mamba_ssm: 'Mamba is not supported.',
}

/** Every kind that this file knows. */
export const MODEL_KINDS: readonly string[] = [...CHECKPOINT_KINDS, ...SERVER_KINDS, ...Object.keys(OTHER_KINDS)]

/** How models are named here. */
export const MODEL_FORMS = 'Give --model NAME=FOLDER, NAME=OWNER/REPO, or NAME=http://HOST:PORT/v1,tokenizer=WHERE for a server.'

function unneeded(says: string): ModelArgument {
  return { says, as: { kind: 'unneeded' } }
}

function refused(says: string): ModelArgument {
  return { says, as: { kind: 'refused' } }
}
