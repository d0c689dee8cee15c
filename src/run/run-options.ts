/** The options of a run: `evalharness run` and `runModels` take the same ones. */
import { z } from 'zod'
import { ROLLING_BOS } from '../plan/encode.ts'
import {
  choice,
  flag,
  flagThatIsOn,
  list,
  numberThat,
  onOrOff,
  text,
  textOr,
  textOrData,
  textOrDataOr,
  textOrNothing,
  textOrOff,
  wholeNumber,
  wholeNumberOr,
} from './option-table.ts'

const SCORED = 'What to score'
const ROWS = 'Rows and prompts'
const COMPUTING = 'How to compute'
const STORING = 'Results and cache'

const shots = z.number().int().nonnegative()
const wholeTokens = z.number().int().positive()
/** Row indices by task or subset, from 0. */
export const rowIndices = z.record(z.string(), z.array(z.number().int().nonnegative()).min(1))

/** Options that decide the numbers of a run or where they go. The run manifest keeps them, so that `--resume` can repeat them. */
export const scoringOptions = z.object({
  model: list({
    aliases: ['m'],
    group: SCORED,
    example: 'original=FOLDER',
    description:
      'Model to score: NAME=FOLDER, NAME=OWNER/REPO on the hub (then quantize=nf4|int8|int4, block=N, adapter=FOLDER after commas), or NAME=http://HOST:PORT/v1,tokenizer=WHERE; repeat for several',
  }),
  tasks: list({
    aliases: ['t'],
    group: SCORED,
    example: 'piqa,boolq',
    description: 'Names of tasks, subsets or groups, separated by commas; mmlu_* for several, all for all; `evalharness tasks` lists them',
  }),
  taskFile: list({ group: SCORED, description: 'File that defines a task: a JavaScript or TypeScript module, or YAML of lm-eval' }),
  includePath: list({
    group: SCORED,
    example: 'my_tasks',
    description: 'Folder of lm-eval YAML: --tasks then takes the names of its tasks, groups and tags too; repeat for several',
  }),
  dataDir: text({ group: ROWS, description: 'Folder of local datasets: TASK/SPLIT.jsonl, .parquet or .csv (default: the hub)' }),
  data: list({
    group: ROWS,
    description:
      'Local rows: TASK=FILE for those that are scored, TASK:SPLIT=FILE for a split such as that of the few-shot examples; a subset works like a task, a group of subsets takes a folder',
  }),
  numFewshot: textOrData(z.union([shots, z.record(z.string(), shots)]), {
    aliases: ['f'],
    group: ROWS,
    description: 'Few-shot examples: 5, or mmlu=5,piqa=0 (default: as the task defines)',
  }),
  fewshotSeed: wholeNumber(0, { group: ROWS, description: 'Seed of the random draw of few-shot examples, the same draw as lm-eval’s (default: 1234)' }),
  applyChatTemplate: textOrNothing({
    group: ROWS,
    description: 'Write prompts with the chat template of each checkpoint; NAME chooses one if it has several (default: plain prompts)',
  }),
  systemInstruction: text({ group: ROWS, description: 'System message, which comes before the task’s instruction (default: none)' }),
  fewshotAsMultiturn: onOrOff({
    group: ROWS,
    description: 'With a chat template: each few-shot example is a turn of its own (default); --no-fewshot-as-multiturn puts all into one message',
  }),
  limit: numberThat((value) => value > 0 && (value < 1 || Number.isInteger(value)), {
    aliases: ['L'],
    group: ROWS,
    description: 'Number of rows of each task and subset, from the first; below 1 a share of them (default: all)',
    expected: 'a whole number of rows or a share below 1',
    example: '100',
  }),
  samples: textOrData(rowIndices, { group: ROWS, description: 'Rows by task, as JSON or a file that holds it: {"piqa":[0,7]}' }),
  seed: wholeNumberOr(0, 0, { group: COMPUTING, description: 'Seed of the bootstrap for standard errors' }),
  maxLength: wholeNumber(2, { group: COMPUTING, description: 'Window in tokens (default: the model’s); longer prompts are cut at the left' }),
  addBosToken: onOrOff({
    group: COMPUTING,
    description: 'Begin each text with bos; --no-add-bos-token leaves all special tokens out (default: as the tokenizer does)',
  }),
  rollingBos: choice(ROLLING_BOS, {
    group: COMPUTING,
    description: 'Bos tokens before a text that is scored as a whole, if the tokenizer adds one itself: lm-eval puts a second before it (default: lm-eval)',
  }),
  batchTokens: textOrDataOr('auto', wholeTokens, {
    group: COMPUTING,
    description: 'Most tokens of a batch, computed in one pass; auto: batches of 4096 and more in passes of 1024, fewer if memory is short',
  }),
  memory: textOrData(z.number().positive(), {
    group: COMPUTING,
    description:
      'Most memory for the process that computes: 3G, 800M (default: an eighth of the machine’s beside the weights); weights take 4 bytes a parameter, quantized ones less',
  }),
  threads: wholeNumber(1, { group: COMPUTING, description: 'Threads inside an operator (default: the runtime chooses)' }),
  device: textOr('auto', {
    group: COMPUTING,
    description: 'Device: auto, cpu, webgpu, cuda:0, or several as cuda:0,cuda:1; auto takes a GPU that works, else the CPU',
  }),
  dtype: text({ group: COMPUTING, description: 'Type of weights and products: f32, f16 or bf16 (default: f32; on CUDA the checkpoint’s)' }),
  sharedLayers: flagThatIsOn({
    group: COMPUTING,
    description: 'Compute layers that several models share once (default: on); --no-shared-layers computes each model by itself',
  }),
  divergence: flag({
    group: COMPUTING,
    description: 'Compare each model’s next-token distributions with the first model’s: KL divergence, same most likely token',
  }),
  output: textOr('results', { aliases: ['o'], group: STORING, description: 'Folder for results and samples' }),
  cache: textOrOff({ group: STORING, description: 'Response cache directory (default: ~/.cache/evalharness); --no-cache neither reads nor writes one' }),
})

/** The options of a run, complete and checked. */
export type ScoringOptions = z.output<typeof scoringOptions>

/** Which of them decide where rows come from and what is asked about them, for commands that score a model in another way. */
export const PROMPT_OPTIONS = {
  taskFile: true,
  includePath: true,
  dataDir: true,
  data: true,
  numFewshot: true,
  fewshotSeed: true,
  applyChatTemplate: true,
  systemInstruction: true,
  fewshotAsMultiturn: true,
} as const

/** Which of them decide how one model is computed. */
export const COMPUTING_OPTIONS = {
  maxLength: true,
  addBosToken: true,
  rollingBos: true,
  batchTokens: true,
  memory: true,
  threads: true,
  device: true,
  dtype: true,
} as const

/** Options of a run that are not part of its manifest. */
export const runOptions = z.object({
  ...scoringOptions.shape,
  resume: text({ group: STORING, description: 'Continue an interrupted run: its results folder, or a file in it' }),
  checkDeterminism: wholeNumber(1, { group: COMPUTING, description: 'Number of items to score a second time in other batches, to report what differs' }),
})
