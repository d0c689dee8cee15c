/** Command lines before they run: commands, options and values that are unknown, missing or in the spelling of lm-eval. */
import { describe, expect, test } from 'vitest'
import { checkCommandLine } from '../../src/commands/check-command-line.ts'
import { COMMANDS } from '../../src/commands/command-line.ts'
import { UsageError } from '../../src/errors.ts'

const check = (line: string) => {
  const notices: string[] = []
  const args = checkCommandLine(line.split(' '), COMMANDS, (notice) => notices.push(notice))
  return { line: args.join(' '), notices }
}

describe('one spelling', () => {
  test.each([
    ['run --num_fewshot 5 -m x', 'run --num-fewshot=5 --model=x'],
    ['run -L5 -tpiqa -t=boolq', 'run --limit=5 --tasks=piqa --tasks=boolq'],
    ['run --limit -1', 'run --limit=-1'],
    ['run --no_cache --dry_run', 'run --no-cache --dry-run'],
    ['run -t piqa boolq mmlu --json', 'run --tasks=piqa,boolq,mmlu --json'],
    ['compare a b --common_items', 'compare a b --common-items'],
    ['compare -- -a b', 'compare -- -a b'],
    ['card write a b --into README.md', 'card write a b --into=README.md'],
    ['doctor --json', 'doctor --json'],
    ['doctor --benchmark --json gpu.json', 'doctor --benchmark --json=gpu.json'],
    ['prune laco --model x --out y', 'prune laco --model=x --out=y'],
    ['help run', 'run --help'],
    ['help', '--help'],
    ['run -h', 'run --help'],
    ['run --verbosity debug -t a', 'run --verbose --tasks=a'],
    ['run -v ERROR', 'run --quiet'],
    ['run -v -t a', 'run --verbose --tasks=a'],
    ['run --verbosity INFO', 'run'],
    ['card', 'card'],
  ])('%s', (line, checked) => {
    if (line === 'card') expect(() => check(line)).toThrow('card needs a subcommand')
    else expect(check(line)).toEqual({ line: checked, notices: [] })
  })
})

describe('refused, with what to do instead', () => {
  test.each([
    ['runn', 'no command "runn"', 'Did you mean run? Commands: demo, run,'],
    ['models', 'no command "models"', 'Commands: demo, run,'],
    ['evaluate -m x', 'no command "evaluate"', 'Write: evalharness run'],
    ['run --shots 5', 'run has no option --shots', 'Give --num-fewshot 5.'],
    ['run --max_model_len 128', 'run has no option --max_model_len', 'Give --max-length N.'],
    ['run -ngl 99', 'run has no option -ngl', 'Give --device cuda:0'],
    ['gate --limit 5', 'gate has no option --limit', 'Give --max-items N.'],
    ['run ./model -t piqa', 'run does not take "./model"', 'Give --model ./model.'],
    ['card wirte a', 'card has no subcommand "wirte"', 'Did you mean write?'],
    ['prune', 'prune needs a subcommand', 'Give `evalharness prune laco` or `evalharness prune drop`.'],
    ['gate blss x', 'gate does not take "blss"', 'Did you mean gate bless?'],
    ['run --tasks -L 5', '--tasks has no value: -L is the next option', 'check that the variable is set'],
    ['run --limit', '--limit has no value', 'Give --limit 100'],
    ['run --limit abc', '--limit abc is not a whole number of rows or a share below 1', 'Give for example --limit 100.'],
    ['run --limit=', '--limit is empty', 'check that the variable is set'],
    ['report a --out b', 'report has no option --out', 'Did you mean --output?'],
    ['run --seed 1x', '--seed 1x is not a whole number from 0', '--seed 8'],
    ['run --taks piqa', 'run has no option --taks', 'Did you mean --tasks? `evalharness run --help`'],
    ['run -tasks piqa', 'run has no option -tasks', 'Did you mean --tasks?'],
    ['layers -m ./model', 'layers has no option -m', 'Write it without -m: evalharness layers MODEL'],
    ['layermap --base a --variant b', 'layermap has no option --base', 'Write it without --base: evalharness layermap BASE VARIANT'],
    ['run -z', 'run has no option -z', '`evalharness run --help` lists the options.'],
    ['run piqa', 'run does not take "piqa"', 'Values follow an option'],
    ['layermap base', 'no variant given: Variant of it', 'Write: evalharness layermap base VARIANT'],
    ['compare', 'no runs given', 'Write: evalharness compare RUNS…'],
    ['tasks piqa boolq', 'tasks does not take "boolq"', 'evalharness tasks --help'],
    ['--tasks -L 5', '--tasks has no value: -L is the next option', 'check that the variable is set'],
    ['--verbose run -t a', 'no command before --verbose', 'evalharness run --verbose -t a'],
    ['--threshold 5', 'no command before --threshold', 'evalharness run --threshold 5'],
    ['--json tasks', 'no command before --json', 'evalharness tasks --json'],
  ])('%s', (line, message, hint) => {
    expect(() => check(line)).toThrow(UsageError)
    expect(() => check(line)).toThrow(expect.objectContaining({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) }))
  })
})

test('an empty value is named', () => {
  expect(() => checkCommandLine(['run', '--tasks', ''], COMMANDS, () => {})).toThrow('--tasks is empty')
})

describe('lm-eval’s command line', () => {
  test('a whole one, as it is in its README', () => {
    const given =
      '--model hf --model_args pretrained=EleutherAI/gpt-j-6B,revision=main,dtype=float32 --tasks hellaswag,piqa --device cuda:0 --batch_size 8 --log_samples'
    expect(check(`run ${given} --output_path out --num_fewshot 0 --use_cache c`)).toEqual({
      line: 'run --model=EleutherAI/gpt-j-6B --dtype=float32 --tasks=hellaswag,piqa --device=cuda:0 --output=out --num-fewshot=0 --cache=c',
      notices: [
        'read as: evalharness run --model EleutherAI/gpt-j-6B --dtype float32 --tasks hellaswag,piqa --device cuda:0 --output out --num-fewshot 0 --cache c',
        '--batch_size has no effect: batches are sized in tokens, and scores do not depend on them; --batch-tokens N sets the size',
        '--log_samples has no effect: samples are always stored',
      ],
    })
  })

  test('without a command, as in lm-eval', () => {
    expect(check('--model hf --model_args pretrained=x --tasks piqa -b 8')).toEqual({
      line: 'run --model=x --tasks=piqa',
      notices: ['read as: evalharness run --model x --tasks piqa', expect.stringMatching(/^-b has no effect/u)],
    })
    expect(check('-m x -t piqa')).toEqual({ line: 'run --model=x --tasks=piqa', notices: ['read as: evalharness run -m x -t piqa'] })
  })

  test('a truth value of the model is an option of the run', () => {
    expect(check('run --model hf --model_args pretrained=x,add_bos_token=True -t a').line).toBe('run --model=x --add-bos-token --tasks=a')
    expect(check('run --model hf --model_args pretrained=x,add_bos_token=False -t a').line).toBe('run --model=x --no-add-bos-token --tasks=a')
  })

  test('short names that only lm-eval has', () => {
    expect(check('run -M hf -a pretrained=x peft=./lora,dtype=auto -b auto -s -c cache -o out -E {"piqa":[0]}').line).toBe(
      'run --model=x,adapter=./lora --cache=cache --output=out --samples={"piqa":[0]}',
    )
  })

  test('a model on a server', () => {
    const given = 'model=Qwen/Qwen3-8B,base_url=http://127.0.0.1:8000/v1/completions,num_concurrent=4,tokenizer=Qwen/Qwen3-8B,max_retries=3'
    expect(check(`run --model local-completions --model_args ${given} -t piqa`).line).toBe(
      'run --model=http://127.0.0.1:8000/v1/completions,name=Qwen/Qwen3-8B,concurrency=4,tokenizer=Qwen/Qwen3-8B --tasks=piqa',
    )
  })

  test.each([
    ['ls tasks', 'no command ls', 'Write: evalharness tasks --all'],
    ['ls --include_path ./mine', 'no command ls', 'Write: evalharness tasks --all --include-path ./mine'],
    ['validate', 'no command validate', 'Write: evalharness run --tasks NAME --dry-run'],
    ['validate --tasks piqa', 'no command validate', 'Write: evalharness run --tasks piqa --dry-run'],
    ['validate -t piqa boolq --include_path=./mine', 'no command validate', 'Write: evalharness run --tasks piqa,boolq --dry-run --include-path ./mine'],
    ['run --seed 0,1234,1234,1234', '--seed 0,1234,1234,1234 is not accepted', 'Give the first number'],
    ['run --output_path r.json', '--output_path r.json is not accepted', 'Give a folder'],
    ['run --device mps', '--device mps is not accepted', 'webgpu'],
    ['run --model vllm --model_args pretrained=x', 'not with "vllm"', 'vllm serve'],
    ['run --model hf --model_args dtype=float32', '--model hf without pretrained names no model', '--model NAME=FOLDER'],
    ['run --model hf --model_args pretrained=x,parallelize=True', '--model_args parallelize=True does not exist here', 'not split over devices'],
    ['run --model hf --model_args pretraind=x', '--model_args has "pretraind"', 'Did you mean pretrained?'],
    ['run --model ./x --model_args dtype=float32', '--model_args is for lm-eval’s --model hf', '--model ./x,quantize=nf4'],
    ['run --model hf --model_args pretrained=x,add_bos_token=maybe', 'add_bos_token=maybe is neither True nor False', '--no-add-bos-token'],
    ['run --model hf --model_args x', '--model_args "x" is not NAME=VALUE', 'pretrained=OWNER/REPO'],
  ])('%s', (line, message, hint) => {
    expect(() => check(line)).toThrow(expect.objectContaining({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) }))
  })
})
