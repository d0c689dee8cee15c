/** `evalharness doctor`: lists the devices of this machine, what is missing, and how to fix it. */
import os from 'node:os'
import { diagnoseDevices } from '../benchmark/diagnose-devices.ts'
import { listGpus, type Gpu } from '../engine/devices/gpus.ts'
import type { CudaAdvice } from '../engine/devices/cuda-advice.ts'
import { adviseOnCuda } from '../engine/devices/cuda-provider.ts'
import { devicesToTry, possibleDevices, providerOf } from '../engine/devices/device.ts'
import { diagnoseRuntime, type DeviceDiagnosis, type RuntimeDiagnosis } from '../engine/devices/self-test.ts'
import { HubError, unlessAborted } from '../errors.ts'
import { hubToken, type HubToken } from '../hub/token.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { defineCommand } from './command.ts'
import { doctorBenchmark, doctorOptions, refuseWithoutBenchmark } from './doctor-benchmark.ts'
import type { Terminal } from './terminal.ts'
import { byteSize } from '../text/byte-size.ts'

/** The command; exit code 2 if onnxruntime does not work, or a device that `--device auto` would choose gives wrong numbers. */
export const doctorCommand = defineCommand({
  name: 'doctor',
  description: 'Check what this machine can run on, what is missing, and how fast it is',
  options: doctorOptions,
  // An interrupted benchmark writes the results that it has.
  endsItself: true,
  examples: [
    ['doctor', 'this machine'],
    ['doctor --benchmark', 'about a minute on a CPU, at most eight on a GPU'],
    ['doctor --benchmark --device cuda:0 --json gpu.json > gpu.md', 'the record and tables of one GPU'],
    ['doctor --benchmark --device webgpu --model-size 1b', 'a smaller model'],
    ['doctor --benchmark --device cuda:0 --suspects attention,batch --budget 240', 'what makes it slow'],
  ],
  async run(options, terminal) {
    refuseWithoutBenchmark(options)
    return options.benchmark ? doctorBenchmark(options, terminal) : unlessAborted(doctor(options.json !== undefined, terminal), terminal.signal)
  },
})

async function doctor(json: boolean, { out }: Terminal): Promise<number> {
  const runtime = await diagnoseRuntime()
  const gpus = await listGpus()
  const devices = runtime.works ? await diagnoseDevices(possibleDevices()) : []
  const isCudaPossible = possibleDevices().some(({ provider }) => provider === 'cuda')
  const cuda = isCudaPossible ? await adviseOnCuda() : null
  const token = findToken()
  const machine = {
    evalharness: HARNESS_VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    threads: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    freeMemoryBytes: os.freemem(),
    hub: {
      endpoint: process.env['HF_ENDPOINT'] ?? 'https://huggingface.co',
      token: token instanceof HubError ? 'invalid' : token ? 'set' : 'not set',
      tokenSource: token && 'source' in token ? token.source : null,
      offline: process.env['HF_HUB_OFFLINE'] ?? 'not set',
    },
  }
  const auto = devicesToTry(gpus)
    .map(({ provider }) => provider)
    .find((provider) => devices.some(({ device, works }) => works && device.startsWith(provider)))
  const exitCode = runtime.works && auto !== undefined ? 0 : 2
  if (json) {
    out(JSON.stringify({ ...machine, runtime, gpus, devices, cuda, auto: auto ?? null }, null, 2))
    return exitCode
  }
  out(`evalharness  ${machine.evalharness}, Node ${machine.node}, ${machine.platform}`)
  out(`processor    ${machine.cpu}, ${machine.threads} threads`)
  out(
    `memory       ${byteSize(machine.memoryBytes)}, ${byteSize(machine.freeMemoryBytes)} free: models of up to about ${Math.floor(machine.freeMemoryBytes / 5 / 1e8) / 10} billion parameters on the CPU (f32)`,
  )
  for (const line of gpuLines(gpus)) out(line)
  out(`hub          ${machine.hub.endpoint}, ${tokenText(token)}, HF_HUB_OFFLINE ${machine.hub.offline}`)
  for (const line of runtimeLines(runtime)) out(line)
  for (const diagnosis of devices) for (const line of deviceLines(diagnosis, cuda)) out(line)
  if (auto !== undefined) out(`--device auto takes ${auto}`)
  return exitCode
}

/** Undefined without one. */
function findToken(): HubToken | HubError | undefined {
  try {
    return hubToken()
  } catch (error) {
    if (error instanceof HubError) return error
    throw error
  }
}

function tokenText(token: HubToken | HubError | undefined): string {
  if (token === undefined) return 'no token'
  return token instanceof HubError ? `token: ${token.message}` : `token of ${token.source}`
}

function gpuLines(gpus: readonly Gpu[]): string[] {
  if (gpus.length === 0) return ['graphics     no GPU found, and no driver that emulates one']
  return gpus.map(({ name, kind, memoryBytes, freeMemoryBytes }) => {
    const memory = memoryBytes === null ? '' : `, ${byteSize(memoryBytes)}${freeMemoryBytes === null ? '' : `, ${byteSize(freeMemoryBytes)} free`}`
    return `graphics     ${name}${memory}${kind === 'software' ? ': a driver that computes on the processor; --device auto leaves it alone' : ''}`
  })
}

function runtimeLines(runtime: RuntimeDiagnosis): string[] {
  if (!runtime.works) {
    return [`onnxruntime  does not work: ${runtime.reason}`, '             fix: npm install onnxruntime-node --ignore-scripts (Linux needs glibc, not musl)']
  }
  return [`onnxruntime  ${runtime.version}, providers that the npm package brings: ${runtime.providers.join(', ')}`]
}

function deviceLines(diagnosis: DeviceDiagnosis, cuda: CudaAdvice | null): string[] {
  const name = diagnosis.device.padEnd(12)
  if (!diagnosis.works) {
    const failed = `${name} does not work: ${diagnosis.reason}`
    if (!cuda || !diagnosis.device.startsWith('cuda')) return [failed, `             fix: ${diagnosis.hint}`]
    return [failed, `             ${cuda.finding}`, ...cuda.commands.map((command) => `               ${command}`)]
  }
  const seconds = (diagnosis.elapsedMs / 1000).toFixed(1)
  return [
    `${name} works: a known text is scored right within ${diagnosis.difference.toExponential(0)} nats per token, in ${seconds} s with loading`,
    ...(isMeasuredName(diagnosis.device)
      ? []
      : ['             note: experimental: this program has not been measured on a GPU yet; evalharness doctor --benchmark measures it']),
    ...diagnosis.warnings.map((warning) => `             note: ${warning}`),
  ]
}

function isMeasuredName(name: string): boolean {
  return possibleDevices().some((device) => name.startsWith(device.provider) && providerOf(device).isMeasured)
}
