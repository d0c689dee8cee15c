import { expect, test } from 'vitest'
import type { BenchmarkRecord } from '../../../src/benchmark/record.ts'
import { benchmarkTables } from '../../../src/report/terminal/benchmark-tables.ts'

const RECORD: BenchmarkRecord = {
  format: 1,
  evalharness: '1.2.3',
  startedAt: '2026-01-02T03:04:05.000Z',
  machine: { node: 'v20.1.0', platform: 'linux x64', cpu: 'Example 9000', threads: 8, memoryBytes: 64 * 2 ** 30 },
  gpus: [],
  runtime: { works: true, version: '1.30.0', providers: ['cpu'] },
  budgetSeconds: 480,
  elapsedSeconds: 301.4,
  devices: [
    {
      device: 'cuda:0',
      gpu: 'NVIDIA H100 80GB HBM3',
      isExperimental: true,
      selfTest: { device: 'cuda:0', works: true, difference: 1.5e-7, elapsedMs: 900, warnings: [] },
      numbers: [
        {
          name: 'llama',
          dtype: 'float32',
          madeBy: 'x',
          compared: 12,
          asked: 12,
          largest: 2e-6,
          mean: 1e-6,
          greedyAsked: 12,
          greedyEqual: 12,
          limit: 1e-4,
          isRight: true,
        },
        {
          name: 'llama',
          dtype: 'bfloat16',
          madeBy: 'x',
          compared: 6,
          asked: 12,
          largest: 0.03,
          mean: 0.01,
          greedyAsked: 6,
          greedyEqual: 5,
          limit: null,
          isRight: true,
        },
        {
          name: 'qwen3',
          dtype: 'float32',
          madeBy: 'x',
          compared: 12,
          asked: 12,
          largest: 0.4,
          mean: 0.1,
          greedyAsked: 12,
          greedyEqual: 3,
          limit: 1e-4,
          isRight: false,
        },
      ],
      speed: {
        modelSize: '8b',
        shapeOf: 'Qwen3-8B',
        dtype: 'bfloat16',
        parameterCount: 8_190_735_360,
        weightBytes: 16_381_470_720,
        makeSeconds: 3.25,
        loadSeconds: 9.5,
        peakProcessBytes: 3 * 2 ** 30,
        gpuBytes: 20 * 2 ** 30,
        peakGemmRate: 600e12,
        dataSheetPeak: 989.4e12,
        workloads: [
          {
            name: 'piqa',
            title: 'PIQA',
            source: 'synthetic',
            itemCount: 200,
            tokensDistinct: 9000,
            batches: 4,
            seconds: 2,
            tokensComputed: 40_000,
            tokensPerSecond: 20_000,
            tokensAskedPerSecond: 31_000,
            operationsPerSecond: 300e12,
            rooflineShare: 0.5,
          },
        ],
        estimate: { models: '2 of the shape of Qwen3-8B', tokens: 7_606_290, seconds: 380, isScaled: false },
        peer: {
          versions: { torch: '2.9.0', transformers: '5.0.0' },
          device: 'NVIDIA H100 80GB HBM3',
          sequences: 400,
          transformersSeconds: 12,
          seconds: 3,
          ratio: 4,
          argmaxEqual: 0.985,
          meanDifference: 0.0123,
        },
      },
      suspects: [
        { suspect: 'attention', on: 'PIQA, rows', form: 'products', milliseconds: 1.2345, tokensPerSecond: null, difference: 0, onCpu: [], problem: null },
        {
          suspect: 'attention',
          on: 'PIQA, rows',
          form: 'Attention',
          milliseconds: 9.9,
          tokensPerSecond: null,
          difference: 1e-3,
          onCpu: ['Attention'],
          problem: null,
        },
        { suspect: 'batch', on: 'HellaSwag', form: '8192 tokens', milliseconds: null, tokensPerSecond: 25_000, difference: null, onCpu: [], problem: null },
      ],
      failures: [{ what: 'head', reason: 'no kernel', hint: 'Give another --device.' }],
      leftOut: [{ what: 'WikiText', why: 'no time left' }],
    },
    {
      device: 'webgpu',
      gpu: null,
      isExperimental: true,
      selfTest: { device: 'webgpu', works: false, isWrong: false, reason: 'no driver', hint: 'Install one.' },
      numbers: [],
      speed: null,
      suspects: [],
      failures: [],
      leftOut: [],
    },
  ],
}

test('all results are printed as Markdown', () => {
  const text = benchmarkTables(RECORD)
  const lines = text.split('\n')
  expect(lines[0]).toBe('evalharness 1.2.3, onnxruntime 1.30.0, Node v20.1.0, linux x64; Example 9000, 8 threads, 64.0 GiB; 2026-01-02; 301 of 480 s')
  const cells = (start: string) =>
    lines
      .find((line) => line.startsWith(`| ${start} `))!
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  expect(lines).toContain('## cuda:0 (NVIDIA H100 80GB HBM3), experimental')
  expect(cells('llama')).toEqual(['llama', 'float32', '12', '2.0e-6', '1.0e-6', '12 of 12', 'yes'])
  expect(cells('qwen3')).toEqual(['qwen3', 'float32', '12', '4.0e-1', '1.0e-1', '3 of 12', 'no: below 1.0e-4 expected'])
  expect(text).toMatch(/\| llama +\| bfloat16 \| 6 of 12 +\| 3\.0e-2 +\| 1\.0e-2 \| 5 of 6 +\| – +\|/u)
  expect(cells('PIQA')).toEqual(['PIQA', '200 synthetic', '20,000', '31,000', '300 TFLOP/s', '50 %', '30 %'])
  expect(text).toContain("Peak GEMM rate of its shapes: 600 TFLOP/s (61 % of the data sheet's 989 TFLOP/s).")
  expect(text).toContain('made in 3.3 s, loaded in 9.5 s; memory of the process 3.0 GiB, of the GPU 20.0 GiB')
  expect(text).toContain('12.0 s against 3.0 s here, ratio 4.0; best token equal behind 99 %')
  expect(text).toContain("Estimate for a model card's table (2 of the shape of Qwen3-8B, 7.6 million distinct tokens): 6 min 20 s.")
  expect(cells('batch')).toEqual(['batch', 'HellaSwag', '8192 tokens', '25,000 tokens/s', '–', ''])
  expect(text).toContain('on the CPU: Attention')
  expect(text).toContain('Failed: head: no kernel. Give another --device.')
  expect(text).toContain('Left out: WikiText (no time left).')
  expect(text).toContain('## webgpu, experimental\n\nSelf-test failed: no driver')
})
