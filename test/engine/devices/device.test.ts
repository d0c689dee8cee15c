import { afterEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { listGpus, parseNvidiaSmi, type Gpu } from '../../../src/engine/devices/gpus.ts'
import { hasCudaProvider, parseProvider } from '../../../src/engine/devices/cuda-provider.ts'
import { assertAvailable, devicesToTry, dtypeFor, parseDevices } from '../../../src/engine/devices/device.ts'
import { parseDtype } from '../../../src/engine/devices/dtype.ts'
import { onnxEngine, type OnnxOptions } from '../../../src/engine/onnx/onnx-engine.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { fixtureRequests } from '../../fixture-requests.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { writeRows } from '../../tiny-model.ts'

const cpu = { provider: 'cpu', index: 0 } as const
const webgpu = { provider: 'webgpu', index: 0 } as const
const cuda = { provider: 'cuda', index: 0 } as const

describe('what the user gives', () => {
  test.each([
    ['auto', 'auto'],
    ['cpu', [cpu]],
    ['cpu,cpu', [cpu, cpu]],
    ['webgpu:0', [webgpu]],
    ['cuda', [cuda]],
    ['cuda:0, cuda:1', [cuda, { provider: 'cuda', index: 1 }]],
  ])('--device %s', (text, devices) => expect(parseDevices(text)).toEqual(devices))

  test.each([
    ['gpu', 'unknown device "gpu"'],
    ['cuda:x', 'unknown device "cuda:x"'],
    ['', 'unknown device ""'],
    ['cuda,cpu', 'mixes providers'],
    ['webgpu:1', 'webgpu has one device'],
    ['auto,cpu', 'unknown device "auto"'],
  ])('--device %s is refused: %s', (text, message) => expect(() => parseDevices(text)).toThrow(message))

  test('types have the short names and those of lm-eval', () => {
    expect(['f32', 'float16', 'bf16', 'fp16'].map(parseDtype)).toEqual(['float32', 'float16', 'bfloat16', 'float16'])
    expect(() => parseDtype('int8')).toThrow('unknown --dtype "int8"')
    expect(() => parseDtype('toString')).toThrow('unknown --dtype "toString"')
  })

  test('the type follows the provider, on CUDA the checkpoint', () => {
    expect(dtypeFor(cpu, undefined, 'bfloat16')).toBe('float32')
    expect(dtypeFor(webgpu, undefined, 'float16')).toBe('float32')
    expect(dtypeFor(cuda, undefined, 'bfloat16')).toBe('bfloat16')
    expect(() => dtypeFor(webgpu, 'bfloat16', 'bfloat16')).toThrow('--dtype bf16 does not run on webgpu')
  })

  test('a provider that the package does not have for a platform is refused with those that it has', () => {
    expect(() => assertAvailable({ provider: 'dml', index: 0 }, 'linux', 'x64')).toThrow(
      expect.objectContaining({ message: 'onnxruntime-node has no dml for linux x64', hint: 'Give --device with one of cpu, cuda, webgpu.' }),
    )
    expect(() => assertAvailable(webgpu, 'linux', 'arm64')).toThrow('no webgpu for linux arm64')
  })
})

test('ldd tells for which CUDA the provider is, and which libraries are missing', () => {
  const listed =
    '\tlibcudart.so.12 => /usr/local/cuda/lib64/libcudart.so.12 (0x00007f)\n\tlibcudnn.so.9 => not found\n\tlibm.so.6 => /lib/libm.so.6 (0x00007f)\n'
  expect(parseProvider(listed)).toEqual({ cuda: 12, missing: ['libcudnn.so.9'] })
})

describe('auto', () => {
  const [nvidia] = parseNvidiaSmi('0, NVIDIA H100 80GB HBM3, 81559, 81000\n')
  const amd: Gpu = { name: 'AMD', kind: 'gpu', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }
  const software: Gpu = { ...amd, name: 'SwiftShader', kind: 'software' }
  test('nvidia-smi tells name and memory', () => {
    expect(nvidia).toEqual({ name: 'NVIDIA H100 80GB HBM3', kind: 'gpu', memoryBytes: 81_559 * 2 ** 20, freeMemoryBytes: 81_000 * 2 ** 20, cudaIndex: 0 })
    expect(parseNvidiaSmi('')).toEqual([])
  })
  test.each([
    ['CUDA if its provider and a GPU for it are there', [nvidia!], true, [cuda, webgpu, cpu]],
    ['without the provider WebGPU on the same GPU', [nvidia!], false, [webgpu, cpu]],
    ['without such a GPU WebGPU on another', [amd], true, [webgpu, cpu]],
    ['a software driver is not a GPU', [software], true, [cpu]],
    ['with nothing the CPU', [], true, [cpu]],
  ])('%s', (_, gpus, hasProvider, devices) => expect(devicesToTry(gpus, (name) => name !== 'cuda' || hasProvider)).toEqual(devices))
})

const { folder, sequences } = fixtureRequests('qwen3')

async function score(options: OnnxOptions, asked: readonly Sequence[] = sequences): Promise<{ scores: SequenceScore[]; info: object; sizes: number[] }> {
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), options)
  const scores: SequenceScore[] = []
  const sizes: number[] = []
  for await (const batch of engine.score(asked)) {
    sizes.push(batch.tokensComputed)
    for (const one of batch.scores) {
      expect(scores[one.sequence]).toBeUndefined()
      scores[one.sequence] = one
    }
  }
  return { scores, info: engine.info, sizes }
}

test('two devices share the batches and give what one gives', { tags: ['slow'] }, async () => {
  const options = { threads: 1 }
  // Six batches' worth of tokens that share next to nothing.
  const many = Array.from({ length: 600 }, (_, row) => ({
    input: Int32Array.from({ length: 40 }, (_value, column) => 3 + ((Math.imul(row * 40 + column + 1, 2_654_435_761) >>> 8) % 150)),
    targets: Int32Array.of(5, 6, 7),
  }))
  const [one, two] = [await score(options, many), await score({ ...options, devices: [cpu, cpu] }, many)]
  expect(one.sizes.length).toBeGreaterThan(4)
  expect(two.sizes.toSorted((a, b) => a - b)).toEqual(one.sizes.toSorted((a, b) => a - b))
  expect(two.scores).toEqual(one.scores)
  expect(one.info).toMatchObject({ provider: 'cpu', devices: ['cpu'], dtype: 'float32' })
  expect(two.info).toMatchObject({ provider: 'cpu', devices: ['cpu', 'cpu'], dtype: 'float32' })
})

test('auto takes a device that gives the numbers of the CPU, and the record says which', { tags: ['slow'] }, async () => {
  const [found, expected] = [await score({ devices: 'auto' }), await score({})]
  sequences.forEach(({ targets }, index) =>
    expect(Math.abs(found.scores[index]!.logProb - expected.scores[index]!.logProb) / targets.length).toBeLessThan(1e-4),
  )
  expect(found.info).toMatchObject({ provider: expect.stringMatching(/^(?:cpu|webgpu|cuda)$/u) })
})

test('bf16 is not for the CPU: auto says so if there is nothing else', async () => {
  vi.stubEnv('PATH', '')
  vi.stubEnv('VK_ICD_FILENAMES', '/nonexistent.json')
  await expect(score({ devices: 'auto', dtype: 'bfloat16' })).rejects.toThrow(/--dtype bf16 does not run on cpu|cannot run on cuda/u)
  vi.unstubAllEnvs()
})

test.skipIf(process.platform !== 'linux')('a Vulkan driver in software is named, by its manifest', async () => {
  const manifest = writeRows(temporaryFolder(), 'icd.json', [
    { file_format_version: '1.0.0', ICD: { library_path: './libvk_swiftshader.so', api_version: '1.0.5' } },
  ])
  const broken = writeRows(temporaryFolder(), 'broken.json', [{}])
  vi.stubEnv('VK_ICD_FILENAMES', `${manifest}:${broken}:/nonexistent.json`)
  expect((await listGpus()).filter(({ kind }) => kind === 'software').map(({ name }) => name)).toEqual(['SwiftShader'])
  vi.unstubAllEnvs()
})

describe('a forced device that is not there', () => {
  afterEach(() => void vi.unstubAllEnvs())

  test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('webgpu without a driver: the reason, and what to install', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', '/nonexistent.json')
    await expect(score({ devices: [webgpu] })).rejects.toThrow(
      expect.objectContaining({
        code: 'ENGINE',
        message: expect.stringMatching(/^cannot run on webgpu: .*No supported adapters/u),
        hint: expect.stringContaining('libvulkan1'),
      }),
    )
  })

  test.skipIf(process.platform !== 'linux' || process.arch !== 'x64' || hasCudaProvider())(
    'cuda without its provider: the reason, and what to do',
    async () => {
      await expect(score({ devices: [cuda] })).rejects.toThrow(
        expect.objectContaining({
          code: 'ENGINE',
          message: expect.stringMatching(/^cannot run on cuda:0: .*Failed to load shared library/u),
          hint: expect.stringMatching(/^(?:No NVIDIA driver is loaded; CUDA 13 needs|The provider is not installed; CUDA 1[23] fits)/u),
        }),
      )
    },
  )

  test('memory of a GPU is not bounded by --memory', async () => {
    await expect(score({ devices: [webgpu], memoryBytes: 1e9 })).rejects.toThrow('--memory does not bound what webgpu holds')
  })
})
