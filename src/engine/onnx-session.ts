/**
 * The process that owns the onnxruntime session. It is a process of its own because a run blocks its thread until it ends: so the
 * program stays able to answer Ctrl-C, and outlives a session that the system kills for want of memory.
 */
import * as ort from 'onnxruntime-node'
import type { DiagnoseMessage, LoadMessage, Reply, Request, RunMessage } from './session-messages.ts'

let session: ort.InferenceSession | undefined

process.on('message', (message: Request) => {
  void answer(message).then((reply) => process.send!(reply))
})
// The terminal sends Ctrl-C to every process of the group; the parent decides what happens here.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))

async function answer(message: Request): Promise<Reply> {
  try {
    switch (message.kind) {
      case 'load':
        return await load(message)
      case 'run':
        return await run(message)
      case 'diagnose':
        return await diagnose(message)
    }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

async function load({ model, root, threads }: LoadMessage): Promise<Reply> {
  session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    extra: { session: { model_external_initializers_file_folder_path: root } },
  })
  return { kind: 'loaded', runtimeVersion: runtimeVersion() }
}

async function run({ feeds }: RunMessage): Promise<Reply> {
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { type, values, shape }]) => [name, new ort.Tensor(type, values as Int32Array, shape)]))
  const { log_probs: logProbs, best } = await session!.run(tensors)
  return { kind: 'scored', logProbs: logProbs!.data as Float32Array, best: best!.data as BigInt64Array }
}

async function diagnose({ model }: DiagnoseMessage): Promise<Reply> {
  const probe = await ort.InferenceSession.create(model)
  const { output } = await probe.run({})
  return {
    kind: 'diagnosed',
    runtimeVersion: runtimeVersion(),
    providers: ort
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
    output: output!.data as Float32Array,
  }
}

function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common
}
