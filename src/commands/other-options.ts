/** Options of other programs (vLLM, llama.cpp, `hf`, older names of lm-eval) that a user may type, and what to give instead. */
import { lookUp } from '../io/look-up.ts'

const SHOTS = 'Give --num-fewshot 5.'
const OUTPUT = 'Give --output FOLDER.'
const WINDOW = 'Give --max-length N.'
const QUANTIZE = 'Quantized weights are a setting of the model: --model NAME=WHERE,quantize=nf4, int8 or int4.'
const ADAPTER = 'An adapter is a setting of the model: --model NAME=WHERE,adapter=FOLDER.'
const DEVICES = 'Give --device cuda:0; several, as cuda:0,cuda:1, score with a copy of the model on each.'
const GENERATES = 'No text is generated; leave it out.'
const MODEL = 'Give --model NAME=FOLDER or NAME=OWNER/REPO.'
const TOKEN = 'Run `hf auth login`, or set HF_TOKEN.'

/** By the options of the command that are named; without dashes. */
const OTHERS: Readonly<Record<string, string>> = {
  fewshot: SHOTS,
  'few-shot': SHOTS,
  shots: SHOTS,
  'n-shot': SHOTS,
  'n-shots': SHOTS,
  nshot: SHOTS,
  'num-shots': SHOTS,
  'model-path': MODEL,
  'model-name': MODEL,
  'model-id': MODEL,
  'model-name-or-path': MODEL,
  pretrained: MODEL,
  'hf-repo': MODEL,
  path: MODEL,
  'output-dir': OUTPUT,
  'out-dir': OUTPUT,
  'save-dir': OUTPUT,
  'results-dir': OUTPUT,
  'cache-dir': 'HF_HOME is the folder of downloads; --cache DIR is that of responses.',
  'local-dir': 'HF_HOME is the folder of downloads.',
  'download-dir': 'HF_HOME is the folder of downloads.',
  'max-model-len': WINDOW,
  'max-seq-len': WINDOW,
  'max-seq-length': WINDOW,
  'context-length': WINDOW,
  'ctx-size': WINDOW,
  'n-ctx': WINDOW,
  quantization: QUANTIZE,
  quantize: QUANTIZE,
  'load-in-4bit': QUANTIZE,
  'load-in-8bit': QUANTIZE,
  adapter: ADAPTER,
  peft: ADAPTER,
  lora: ADAPTER,
  'lora-modules': ADAPTER,
  'tensor-parallel-size': DEVICES,
  'data-parallel-size': DEVICES,
  'num-gpus': DEVICES,
  gpus: DEVICES,
  'n-gpu-layers': DEVICES,
  ngl: DEVICES,
  'gpu-memory-utilization': 'Memory is not reserved; leave it out.',
  precision: 'Give --dtype f32, f16 or bf16.',
  'torch-dtype': 'Give --dtype f32, f16 or bf16.',
  revision: 'Write it after the repository: OWNER/NAME@REVISION.',
  tokenizer: 'The tokenizer is that of the checkpoint; a model on a server has it after its address: http://HOST:PORT/v1,tokenizer=WHERE.',
  token: TOKEN,
  'hf-token': TOKEN,
  'use-auth-token': TOKEN,
  'api-key': 'Set OPENAI_API_KEY.',
  'base-url': 'The address is the model: --model NAME=http://HOST:PORT/v1,tokenizer=WHERE.',
  offline: 'Set HF_HUB_OFFLINE=1.',
  'chat-template': 'Give --apply-chat-template, which takes the template of the checkpoint.',
  temperature: GENERATES,
  'top-p': GENERATES,
  'top-k': GENERATES,
  'max-tokens': GENERATES,
  'max-new-tokens': GENERATES,
  'do-sample': GENERATES,
  'n-predict': GENERATES,
}

/** What `gate` has instead of options of `run`. */
const OF_GATE: Readonly<Record<string, string>> = {
  limit: 'Give --max-items N.',
  samples: 'Items are drawn at random; --max-items N bounds them.',
  tasks: 'The policy names the tasks.',
  divergence: 'Give --model, which scores the baseline’s model beside the candidate, or --candidate with a run of `evalharness run --divergence`.',
}

/** What to give instead of an option that a command that scores models does not have; undefined if nothing is known. */
export function otherOption(command: string, name: string): string | undefined {
  const key = name.toLowerCase()
  if (command === 'gate') return lookUp(OF_GATE, key) ?? lookUp(OTHERS, key)
  return command === 'run' ? lookUp(OTHERS, key) : undefined
}
