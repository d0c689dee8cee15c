/** docs/from-lm-eval.md: lm-eval's flags and what they are here, made from the tables that the program uses. */
import { LM_EVAL_COMMANDS, LM_EVAL_FLAGS, type LmEvalFlag } from '../../src/run/lm-eval/flags.ts'
import { HF_ARGUMENTS, SERVER_ARGUMENTS, TRANSFORMERS_ARGUMENTS, type ModelArgument } from '../../src/run/lm-eval/model-arguments.ts'

/** The page; ends with a newline. */
export function lmEvalPage(): string {
  return `# Coming from lm-eval

evalharness reads the command lines of lm-evaluation-harness 0.4.13 where they mean the same here,
and answers every other flag with what to do instead. Both \`--num_fewshot\` and \`--num-fewshot\` work,
for every option. \`npm run docs\` writes this page from the tables that the program uses.

Replace \`lm-eval\` by \`evalharness\` in this command, and it works:

\`\`\`sh
lm-eval run --model hf --model_args pretrained=HuggingFaceTB/SmolLM2-135M,dtype=float32 \\
  --tasks piqa,hellaswag --num_fewshot 0 --batch_size 8 --output_path results --log_samples
\`\`\`

evalharness says what it reads it as:

\`\`\`sh
evalharness run --model HuggingFaceTB/SmolLM2-135M --dtype float32 --tasks piqa,hellaswag \\
  --num-fewshot 0 --output results
\`\`\`

The results are in lm-eval's schema, and \`evalharness compare\` reads results of lm-eval beside its
own. [scoring.md](scoring.md) says where numbers are equal, and to which digit.

## What differs?

- \`--model\` names a model, not a kind of models, and may be given several times: the first is the
  original, the others are compared with it.
- Settings of one model follow it (\`--model NAME=WHERE,quantize=nf4\`); \`--dtype\` and \`--device\` are
  the same for all models of a run.
- Results and samples are always stored, and responses always cached.
- \`--limit\` and \`--samples\` exclude each other, as in lm-eval.
- Tasks that generate text are not scored: \`gsm8k\`, \`humaneval\` and 5,000 others are refused by
  name.

## Commands

| lm-eval | evalharness |
|---|---|
| \`lm-eval run\`, \`lm-eval\` without a command | \`evalharness run\`, or the options without a command |
${Object.entries(LM_EVAL_COMMANDS)
  .map(([name, instead]) => `| \`lm-eval ${name}\` | \`evalharness ${instead.join(' ')}\` |`)
  .join('\n')}

## Flags of \`lm-eval run\`

| lm-eval | evalharness |
|---|---|
${LM_EVAL_FLAGS.map((flag) => `| ${namesOf(flag)} | ${equivalentText(flag)} |`).join('\n')}

\`lm-eval ls\` and \`validate\` have two of them, \`--tasks\` and \`--include_path\`.

## \`--model_args\` of \`--model hf\`

${argumentTable({ ...HF_ARGUMENTS, ...TRANSFORMERS_ARGUMENTS })}

## \`--model_args\` of \`--model local-completions\`

${argumentTable(SERVER_ARGUMENTS)}
`
}

function namesOf({ name, short }: LmEvalFlag): string {
  return short === undefined ? `\`--${name}\`` : `\`--${name}\`, \`-${short}\``
}

function equivalentText({ here }: LmEvalFlag): string {
  switch (here.kind) {
    case 'option':
      return `\`--${here.option}\`${here.note === undefined ? '' : `: ${here.note}`}`
    case 'unneeded':
      return `accepted without effect: ${here.because}`
    case 'model':
    case 'levels':
      return here.note
    case 'refused':
      return `refused: ${here.because}. ${here.instead}`
  }
}

function argumentTable(known: Readonly<Record<string, ModelArgument>>): string {
  const rows = Object.entries(known).map(([name, argument]) => `| \`${name}\` | ${argumentText(argument)} |`)
  return ['| argument | evalharness |', '|---|---|', ...rows].join('\n')
}

function argumentText({ as, says, harmless }: ModelArgument): string {
  if (as.kind === 'refused') return `refused: ${says}`
  if (as.kind !== 'unneeded') return `translated. ${says}`
  return harmless ? `accepted if ${harmless.map((value) => `\`${value}\``).join(' or ')}. ${says}` : `accepted without effect. ${says}`
}
