import { describe, expect, test } from 'vitest'
import { parseDevices, type Device } from '../../../src/engine/devices/device.ts'
import type { Dtype } from '../../../src/engine/devices/dtype.ts'
import { parseNvidiaSmi, type Gpu } from '../../../src/engine/devices/gpus.ts'
import { requireDevices, type Machine } from '../../../src/engine/devices/require-devices.ts'

const two = parseNvidiaSmi('0, NVIDIA L4, 23034, 22000\n1, NVIDIA L4, 23034, 22000\n')
const software: Gpu = { name: 'SwiftShader', kind: 'software', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }

const linux: Machine = { gpus: [], isInstalled: (name) => name !== 'cuda', platform: 'linux', arch: 'x64' }
const withGpus: Machine = { ...linux, gpus: two, isInstalled: () => true }

async function failure(text: string, machine: Machine, opens: (device: Device) => Promise<boolean> = async () => false, dtype?: Dtype) {
  return requireDevices(parseDevices(text), dtype, machine, opens).then(
    () => null,
    (error: unknown) => error,
  )
}

const DOCTOR = '`evalharness doctor` tests each device and says what is missing.'

describe('a device that is not here is named, with those that are', () => {
  test.each([
    ['cuda:0', linux, 'the provider for cuda is not installed', 'cpu'],
    ['coreml', linux, 'onnxruntime-node has no coreml for linux x64', 'cpu'],
    ['dml', linux, 'onnxruntime-node has no dml for linux x64', 'cpu'],
    ['webgpu', linux, 'no GPU found that it can use', 'cpu'],
    ['webgpu', { ...linux, arch: 'arm64' }, 'onnxruntime-node has no webgpu for linux arm64', 'cpu'],
    ['cuda:2', withGpus, 'there is no GPU 2', 'cpu, cuda:0, cuda:1, webgpu'],
    ['cuda:0', { ...withGpus, gpus: [software] }, 'no GPU found that it can use', 'cpu, webgpu'],
    ['cuda:0', { ...withGpus, platform: 'win32' }, 'onnxruntime-node has no cuda for win32 x64', 'cpu, webgpu, dml, dml:1'],
  ] as const)('--device %s', async (text, machine, reason, available) => {
    expect(await failure(text, machine)).toMatchObject({
      code: 'ENGINE',
      message: `--device ${text} is not available: ${reason}`,
      hint: `Available here: ${available}. ${DOCTOR}`,
    })
  })

  test('of several the missing one', async () => {
    expect(await failure('cuda:1,cuda:3', withGpus)).toMatchObject({ message: '--device cuda:3 is not available: there is no GPU 3' })
  })
})

test('a device is opened only if no GPU is known for it, and then what opens is here', async () => {
  const opened: string[] = []
  const opens = async ({ provider }: Device) => !!opened.push(provider)
  for (const text of ['cpu,cpu', 'cuda:0,cuda:1', 'webgpu']) expect(await failure(text, withGpus, opens)).toBeNull()
  expect(opened).toEqual([])
  expect(await failure('webgpu', linux, opens)).toBeNull()
  expect(opened).toEqual(['webgpu'])
})

test('a type that no device has is refused before anything is read', async () => {
  const opens = async () => true
  for (const text of ['cpu', 'auto']) expect(await failure(text, linux, opens, 'float16')).toMatchObject({ message: '--dtype f16 does not run on cpu' })
  expect(await failure('webgpu', withGpus, opens, 'bfloat16')).toMatchObject({ message: '--dtype bf16 does not run on webgpu' })
  expect([await failure('auto', withGpus, opens, 'bfloat16'), await failure('cpu', linux, opens, 'float32'), await failure('auto', linux)]).toEqual([
    null,
    null,
    null,
  ])
})
