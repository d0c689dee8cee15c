/**
 * The process that owns the onnxruntime sessions. It is a process of its own because a run blocks its thread until it ends: so the
 * program stays able to answer Ctrl-C, and outlives a session that the system kills for want of memory.
 */
import * as ort from 'onnxruntime-node'
import type { LoadMessage, Reply, Request, RunMessage, SessionName, SessionTensor } from './session-messages.ts'

const sessions = new Map<SessionName, ort.InferenceSession>()

process.on('message', (message: Request) => {
  void answer(message).then((reply) => process.send!(reply))
})
// The terminal sends Ctrl-C to every process of the group, and a scheduler its SIGTERM; the parent decides what happens here.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

async function answer(message: Request): Promise<Reply> {
  try {
    return message.kind === 'load' ? await load(message) : await run(message)
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

async function load({ session: name, model, root, threads, isOptimized }: LoadMessage): Promise<Reply> {
  await sessions.get(name)?.release()
  sessions.delete(name)
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    graphOptimizationLevel: isOptimized ? 'all' : 'disabled',
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    extra: { session: { model_external_initializers_file_folder_path: root } },
  })
  sessions.set(name, session)
  return {
    kind: 'loaded',
    peakBytes: peakBytes(),
    runtimeVersion: ort.env.versions.node ?? ort.env.versions.common,
    providers: ort
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
  }
}

async function run({ session, feeds }: RunMessage): Promise<Reply> {
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { type, values, shape }]) => [name, new ort.Tensor(type, values as Int32Array, shape)]))
  const startedAt = performance.now()
  const outputs = await sessions.get(session)!.run(tensors)
  return {
    kind: 'ran',
    elapsedMs: performance.now() - startedAt,
    peakBytes: peakBytes(),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as SessionTensor['values']])),
  }
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
