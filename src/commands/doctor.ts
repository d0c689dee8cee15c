/** `evalharness doctor`: what this machine can run on, what is missing, and what mends it. */
import os from 'node:os'
import type { CommandModule } from 'yargs'
import { diagnoseRuntime, type RuntimeDiagnosis } from '../engine/self-test.ts'
import { HARNESS_VERSION } from '../package-folder.ts'
import type { Terminal } from './terminal.ts'

/** The command over a terminal; exit code 2 where onnxruntime does not work. */
export function doctorCommand(terminal: Terminal, exit: (code: number) => void): CommandModule<object, { json: boolean }> {
  return {
    command: 'doctor',
    describe: 'What this machine can run on, and what is missing',
    builder: (yargs) => yargs.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }).example('$0 doctor', 'check this machine'),
    handler: async ({ json }) => exit(await doctor(json, terminal)),
  }
}

async function doctor(json: boolean, { out }: Terminal): Promise<number> {
  const runtime = await diagnoseRuntime()
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
      token: process.env['HF_TOKEN'] ? 'set' : 'not set',
      offline: process.env['HF_HUB_OFFLINE'] ?? 'not set',
    },
  }
  if (json) {
    out(JSON.stringify({ ...machine, runtime }, null, 2))
    return runtime.works ? 0 : 2
  }
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  out(`evalharness  ${machine.evalharness}, Node ${machine.node}, ${machine.platform}`)
  out(`processor    ${machine.cpu}, ${machine.threads} threads`)
  out(
    `memory       ${gigabytes(machine.memoryBytes)}, ${gigabytes(machine.freeMemoryBytes)} free: models of up to about ${Math.floor(machine.freeMemoryBytes / 5 / 1e8) / 10} billion parameters on the CPU (f32)`,
  )
  out(`hub          ${machine.hub.endpoint}, HF_TOKEN ${machine.hub.token}, HF_HUB_OFFLINE ${machine.hub.offline}`)
  for (const line of runtimeLines(runtime)) out(line)
  return runtime.works ? 0 : 2
}

function runtimeLines(runtime: RuntimeDiagnosis): string[] {
  if (!runtime.works) {
    return [
      `onnxruntime  does not work: ${runtime.reason}`,
      '             mend it: npm install onnxruntime-node --ignore-scripts (Linux needs glibc, not musl)',
    ]
  }
  const lines = [
    `onnxruntime  ${runtime.version}, self-test passed; providers that the npm package brings: ${runtime.providers.join(', ')}`,
    'engine       cpu, float32',
  ]
  if (process.platform === 'linux' && process.arch === 'x64' && !runtime.providers.includes('cuda')) {
    lines.push('cuda         its provider is not in the npm package; with an NVIDIA GPU fetch it once (CUDA 12, needs access to nuget.org):')
    lines.push('             node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12')
  }
  return lines
}
