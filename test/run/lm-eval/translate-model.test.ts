import { expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { explainModelKind, translateModel } from '../../../src/run/lm-eval/translate-model.ts'

test.each([
  ['hf', ['pretrained=gpt2,revision=main'], { model: 'gpt2', options: [], notices: [] }],
  ['hf', ['pretrained=owner/model,revision=abc,dtype=float32'], { model: 'owner/model@abc', options: ['--dtype', 'float32'], notices: [] }],
  ['hf', ['{"pretrained": "gpt2", "max_length": 512}'], { model: 'gpt2', options: ['--max-length', '512'], notices: [] }],
  ['hf', ['pretrained=gpt2', 'add_bos_token=True'], { model: 'gpt2', options: ['--add-bos-token'], notices: [] }],
  ['hf', ['pretrained=gpt2,add_bos_token=None'], { model: 'gpt2', options: [], notices: [] }],
  ['hf', ['pretrained=gpt2,peft=./lora'], { model: 'gpt2,adapter=./lora', options: [], notices: [] }],
])('--model %s --model_args %j', (kind, given, translated) => expect(translateModel(kind, given)).toEqual(translated))

test.each([
  ['hf', [], '--model hf without pretrained names no model'],
  ['hf', ['pretrained'], '--model_args "pretrained" is not NAME=VALUE'],
  ['hf', ['pretrained=gpt2,dtpye=float32'], '--model_args has "dtpye", which is not known'],
  ['hf', ['pretrained=gpt2,add_bos_token=perhaps'], '--model_args add_bos_token=perhaps is neither True nor False'],
  ['hf', ['{"pretrained": '], '--model_args is not JSON'],
  ['mamba_ssm', ['pretrained=x'], '--model_args goes with --model hf or local-completions, not with "mamba_ssm"'],
])('--model %s --model_args %j is refused', (kind, given, message) => {
  expect(() => translateModel(kind, given)).toThrow(UsageError)
  expect(() => translateModel(kind, given)).toThrow(message)
})

test('a kind of model in the place of a model is explained, any other name is not', () => {
  expect(explainModelKind('hf')!.message).toContain("lm-eval's name of a kind of models")
  expect(explainModelKind('./model')).toBeUndefined()
})
