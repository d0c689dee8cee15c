/** Tests mirror src/ and tasks/: test/X.test.ts tests src/X.ts. A file without a test of its own is in the list of its stage, with the test that runs it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { STAGES } from '../oxlint.config.ts'

const ROOT = path.join(import.meta.dirname, '..')
const listed = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(ROOT, file)))

const TEST_FILES = listed('test/**.test.ts', 'test/**.slow.ts', 'test/**.gpu.ts')
const nameOfTest = (file: string) => file.replace(/(?:\.golden)?\.(?:test|slow|gpu)\.ts$/u, '').slice('test/'.length)
const TESTS = new Set(TEST_FILES.map(nameOfTest))

/** Files by the name that their test has below test/. */
const SOURCES = new Map(listed('src/**.ts', 'tasks/**.ts').map((file) => [file.replace(/^src\//u, '').slice(0, -'.ts'.length), file]))

const stageOf = (name: string) => name.split('/')[0]!
const STAGE_NAMES = [...new Set([...STAGES.map(({ name }) => name.replace(/\.ts$/u, '')), 'tasks'])]

/** Whether nothing of a file is left when types are removed but what it hands on. */
function isOnlyTypes(file: string): boolean {
  return !/^(?:export )?(?:default )?(?:async )?(?:abstract )?(?:function|const|let|class)\b|^export default|^await /mu.test(
    readFileSync(path.join(ROOT, file), 'utf8'),
  )
}

/**
 * Tests that run files without one of their own, and the names of these: parts of what the test is about, which have no behavior besides. `DIR/*` are all
 * files of a folder, of which a new one needs no entry: what makes its test need it is in the comment.
 */
const TESTED_BY: Readonly<Record<string, readonly string[]>> = {
  // Measures a small model on the CPU, with every part that can be measured.
  'test/commands/doctor-benchmark.slow.ts': [
    'benchmark/measure-device benchmark/measure-model benchmark/open-random-model benchmark/suspects benchmark/measure-attention',
    'benchmark/measure-batches benchmark/measure-head benchmark/head-forms benchmark/time-graph',
  ],
  'test/commands/doctor-benchmark.test.ts': ['benchmark/record engine/devices/self-test'],
  'test/benchmark/check-numbers.test.ts': ['benchmark/recorded benchmark/reference-models'],
  'test/benchmark/attention-forms.test.ts': ['benchmark/stored-values'],
  'test/benchmark/workload.test.ts': ['benchmark/request-lengths'],
  // Cards that were written are read and verified, each with one figure changed.
  'test/card/round-trip.test.ts': [
    'card/write/card-contents card/write/compared-rows',
    'card/write/model-index-yaml card/write/place-sections card/write/row-extent card/write/section-places card/write/sections/benchmark-section card/write/sections/card-percent card/write/sections/perplexity-section card/write/sections/use-case-section',
  ],
  'test/card/read/read-card.test.ts': ['card/read/benchmark-rows card/read/card-figures card/read/card-tables card/read/cited-run'],
  'test/card/verify/check-card.test.ts': ['card/verify/checks/* card/verify/findings/* card/verify/published-figures'],
  'test/card/verify/reproduce-card.test.ts': ['card/verify/line-of-row card/verify/reproduced-cell card/verify/reproduced/* card/verify/rows-of-run'],
  'test/card/verify/checks/divergence-checks.test.ts': ['card/read/divergence-rows card/write/sections/divergence-section'],
  'test/card/write/render-card.test.ts': ['card/write/eval-results card/write/index-names'],
  'test/commands/card.test.ts': [
    'card/read/open-card card/read/read-json-file card/read/read-run card/verify/verify-card card/write/read-laco-record card/write/write-card',
  ],
  // Command lines in this process, and what they print.
  'test/cli.test.ts': [
    'benchmark/diagnose-devices cache/cache-folder exit-codes',
    'commands/command-line commands/command commands/main commands/run-progress commands/tasks commands/to-yargs',
    'io/at-exit io/package-folder run/model-source run/parse-run-options task/built-in-tasks task/define-task',
  ],
  'test/commands/demo.test.ts': ['cache/model-cache'],
  'test/commands/check-command-line.test.ts': ['commands/check-arguments commands/other-options'],
  'test/commands/format-options.test.ts': ['commands/compare commands/report report/comparison-report'],
  'test/commands/layers.test.ts': ['commands/scan-plan-text commands/scan-progress prune/scan/automatic-layers report/scan/scan-page'],
  'test/commands/prune.test.ts': ['commands/layermap commands/prune-progress prune/layer-map report/terminal/layer-map-table report/terminal/pruning-summary'],
  'test/task/lm-eval/load-yaml-tasks.test.ts': [
    'commands/list-catalogue commands/show-task run/name-tasks run/render-questions task/lm-eval/catalogue task/lm-eval/functions task/lm-eval/survey',
  ],
  // Installed as a user does it.
  'test/first-hour.slow.ts': ['commands/doctor'],
  'test/compare/compare-runs.test.ts': ['compare/accuracy-line compare/perplexity-line'],
  // Runs it in a process of its own.
  'test/data/parquet.test.ts': ['data/parquet-process'],
  'test/engine/completions/completions-engine.test.ts': ['engine/completions/served-model'],
  'test/engine/devices/device.test.ts': ['engine/devices/cuda-provider engine/devices/providers/provider engine/onnx/load-session io/program-output'],
  'test/graph/blocks/divergence.test.ts': ['engine/onnx/device-model engine/onnx/engine-divergence'],
  'test/run/one-pass/score-together.test.ts': [
    'engine/joint/joint-pass engine/joint/joint-workers engine/joint/placement engine/onnx/device-needs engine/onnx/device-worker run/one-pass/joint-options',
  ],
  'test/run/divergence-run.test.ts': ['engine/onnx/onnx-engine engine/onnx/read-scores run/check-comparable run/open-local-model'],
  'test/engine/onnx/families.test.ts': [
    // Each family's checkpoint against transformers; the session runs in a process of its own.
    'engine/onnx/feeds engine/onnx/onnx-session',
    'graph/attention/kv-cache graph/attention/tree-attention graph/blocks/* graph/decoder-layer graph/layers-in-passes graph/onnx-model graph/stored-weights',
    'model/families/*',
  ],
  'test/prune/prune-model.test.ts': [
    'engine/onnx/layer-runner graph/single-layer model/config/kept-layers model/weights/write-safetensors',
    'prune/candidate-similarity prune/collapsed-layer prune/model-size prune/open-for-pruning prune/output-folder prune/prepare-laco',
    'prune/pruning-facts prune/pruning-record prune/readme prune/tensor-source prune/write-checkpoint',
  ],
  // With embeddings that are narrower than hidden states.
  'test/model/families/variants.slow.ts': ['prune/embed-tokens'],
  'test/engine/roofline/roofline.test.ts': ['engine/roofline/peak-gemm-rate graph/gemm-benchmark'],
  'test/graph/decoder.test.ts': ['graph/attention/product-attention'],
  // From the command line to the record of the drawing, with each reason to refuse a baseline.
  'test/gate/sequential/judge-model.test.ts': [
    'gate/sequential/drawing-record gate/sequential/make-tracks gate/sequential/match-items gate/sequential/match-settings gate/sequential/model-options',
    'gate/sequential/original-model gate/sequential/plan-gate gate/sequential/prepare-gate gate/sequential/record-drawing',
    'run/block-scorer run/divergence-scorer run/item-positions run/open-side',
  ],
  'test/gate/judge-comparison.test.ts': ['gate/rule-requests'],
  'test/gate/summary.test.ts': ['gate/rule-units'],
  'test/hub/hub.test.ts': ['hub/cache hub/quietly hub/requests'],
  'test/io/child-rpc.test.ts': ['io/child-process io/serve-calls'],
  'test/model/chat-template/chat-template.test.ts': ['model/chat-template/bounded-interpreter model/chat-template/python-time'],
  // Configs that transformers reads, and what it makes of them.
  'test/model/config/config-spellings.test.ts': ['model/config/config-fields model/config/rope-config'],
  'test/run/plan-run.test.ts': ['model/checkpoint'],
  'test/model/runnable/read-adapter.test.ts': ['model/runnable/adapter-config model/runnable/adapter-keys'],
  'test/model/runnable/quantize-weights.test.ts': ['model/runnable/open-runnable model/runnable/weight-settings'],
  'test/model/config/compressed-tensors-config.test.ts': ['model/config/input-rounding'],
  'test/model/runnable/unpack-matrix.test.ts': [
    'model/runnable/code-layout model/runnable/rounded-inputs model/runnable/unpack-scaled model/weights/packed-matrix',
  ],
  // Each part and field of tokenizer.json, against the Rust library.
  'test/model/tokenizer/pipeline.test.ts': ['model/tokenizer/*'],
  'test/model/tokenizer/settings.test.ts': ['model/tokenizer/tokenizer-class model/tokenizer/transformers-classes'],
  'test/model/weights/weights.test.ts': ['model/weights/equal-values model/weights/tensor-bytes model/weights/tensor-messages model/weights/weight-files'],
  'test/cache/caching-engine.slow.ts': ['model/weights-fingerprint'],
  'test/run/parse-model.test.ts': ['model/model-settings'],
  'test/prune/map-layers.test.ts': ['prune/compare-tensors prune/layer-evidence'],
  'test/prune/scan/scan-layers.test.ts': [
    'prune/prune-options prune/scan/layer-scan prune/scan/plan-scan prune/scan/prepare-scan prune/scan/prompt-sample prune/scan/read-scan',
    'prune/scan/scan-options prune/scan/scan-passes prune/scan/score-models',
  ],
  'test/card/write/card-sections.test.ts': ['prune/laco-tables'],
  'test/report/formats/registry.test.ts': ['report/formats/*'],
  'test/report/html/page.test.ts': ['report/html/*'],
  'test/report/terminal/retention-table.test.ts': ['report/retention-cells'],
  'test/run/evaluate-model.test.ts': ['run/encoder-of run/load-part run/open-model run/score-requests run/score-task run/source-name task/score-items'],
  'test/run/run-models.test.ts': ['run/model-outline run/open-planner run/prepare-run run/run-options'],
  'test/run/explain-missing-model.test.ts': ['run/locate-model run/lm-eval/model-arguments'],
  'test/run/open-served-model.test.ts': ['run/locate-served-model'],
  'test/task/few-shot-pool.test.ts': ['run/data-files run/load-task run/parse-data-files task/few-shot-settings'],
  'test/task/lm-eval/yaml.golden.test.ts': ['task/sample-rows'],
  'test/store/read-stored-run.test.ts': ['store/read-results store/results-file'],
  'test/store/lm-eval.slow.ts': ['store/to-results-file'],
  'test/task/check-task.test.ts': ['task/field-checks task/source-checks task/registry'],
  'test/task/select-tasks.test.ts': ['task/generation-task-names task/unsupported-tasks'],
  'test/task/lm-eval/build-task.test.ts': ['task/lm-eval/few-shots-of task/lm-eval/keys task/lm-eval/row-fields task/lm-eval/task-refused'],
  'test/task/lm-eval/template/evaluate.test.ts': ['task/lm-eval/template/*'],
  // The hooks run in a thread of their own.
  'test/task/load-task-module.test.ts': ['task/task-file-hooks'],
  'test/task/render/item.test.ts': ['task/render/*'],
  // Rows of every built-in task, and lm-eval's requests, hashes and scores of them.
  'test/tasks/built-in.golden.test.ts': ['tasks/*'],
}

const COVERED = Object.values(TESTED_BY).flatMap((lines) => lines.flatMap((line) => line.split(' ')))
const isCovered = (name: string) => COVERED.includes(name) || COVERED.includes(`${path.posix.dirname(name)}/*`)

describe.each(STAGE_NAMES)('%s', (stage) => {
  const own = [...SOURCES].filter(([name, file]) => stageOf(name) === stage && !isOnlyTypes(file)).map(([name]) => name)

  test('each file has a test, or a line with the test that runs it', () => {
    expect(own.filter((name) => !TESTS.has(name) && !isCovered(name))).toEqual([])
  })
})

test('the list names tests and files that are there, and none that has a test of its own', () => {
  expect(Object.keys(TESTED_BY).filter((file) => !TEST_FILES.includes(file))).toEqual([])
  const files = COVERED.filter((name) => !name.endsWith('/*'))
  expect(files.filter((name) => TESTS.has(name) || !SOURCES.has(name) || isOnlyTypes(SOURCES.get(name)!))).toEqual([])
  expect(files.filter((name, index) => files.indexOf(name) !== index)).toEqual([])
})

/** Tests in the folder of a stage that are of more than one file. */
const OF_MORE = new Map([
  ['card/hub-reads-card', 'the hub’s own parser on written cards'],
  ['card/published-card', 'a published card, whole'],
  ['card/round-trip', 'reading, writing and verifying'],
  ['card/untrusted-card', 'reading, writing and verifying'],
  ['commands/gate-served', 'a gate over servers, of which one is lost'],
  ['compare/coverage', 'intervals by simulation'],
  ['engine/joint/joint', 'models that share layers, on WebGPU'],
  ['engine/onnx/families', 'every family, against transformers'],
  ['engine/onnx/out-of-memory', 'a session process without memory'],
  ['engine/onnx/webgpu', 'every family, on WebGPU'],
  ['graph/cuda-kernels', 'all operators of the graph'],
  ['model/config/config-spellings', 'fields that several files read'],
  ['model/families/variants', 'NF4, LoRA and LaCo of every family'],
  ['prune/scan/kill', 'a scan that is killed'],
  ['run/chat-scores', 'a run under a chat template, beside lm-eval'],
  ['run/one-pass/kill', 'a run that is killed'],
  ['store/lm-eval', 'the files, read by lm-eval'],
  ['task/lm-eval/own-tasks', 'tasks of lm-eval’s folder, beside lm-eval'],
  ['task/lm-eval/yaml', 'YAML tasks, beside lm-eval'],
  ['task/task-file-versions', 'task files of each kind'],
  ['tasks/built-in', 'every task'],
  ['tasks/linear-rules', 'rules of two tasks, on hostile rows'],
  ['tasks/science-questions', 'ARC, OpenBookQA and SciQ'],
])

test('each other test is beside the file that it tests', () => {
  const ofStages = [...TESTS].filter((name) => STAGE_NAMES.includes(stageOf(name)) && name.includes('/'))
  expect(ofStages.filter((name) => !SOURCES.has(name) && !OF_MORE.has(name))).toEqual([])
  expect([...OF_MORE.keys()].filter((name) => SOURCES.has(name) || !TESTS.has(name))).toEqual([])
})
