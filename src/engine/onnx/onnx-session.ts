/**
 * The process that owns the onnxruntime sessions. It is a process of its own because a run blocks its thread until it ends: so the
 * program stays able to answer Ctrl-C, and outlives a session that the system kills for want of memory.
 */
import { readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { endWithProgram } from '../../io/inside-child.ts'
import type { Device } from '../devices/device.ts'
import { placedNodes, type PlacedNode } from '../devices/placement.ts'
import type { LoadMessage, Reply, Request, RunMessage, SessionName, SessionTensor } from './session-messages.ts'
import { errorText } from '../../text/error-text.ts'

// A run holds this thread until it ends, which may be minutes.
endWithProgram()

const sessions = new Map<SessionName, ort.InferenceSession>()

// Wayland's library, which WebGPU looks for on Linux, complains on standard error without it.
process.env['XDG_RUNTIME_DIR'] ??= os.tmpdir()
// What fails is thrown as well, and the parent says it in its own words.
ort.env.logLevel = 'fatal'

process.on('message', (message: Request) => {
  void answer(message).then((reply) => process.send!(reply))
})
process.on('disconnect', () => process.exit(0))

async function answer(message: Request): Promise<Reply> {
  try {
    return message.kind === 'load' ? await load(message) : await run(message)
  } catch (error) {
    return { kind: 'failed', message: errorText(error) }
  }
}

async function load({ session: name, model, root, threads, isOptimized, device, probe }: LoadMessage): Promise<Reply> {
  await sessions.get(name)?.release()
  sessions.delete(name)
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [providerOption(device)],
    logSeverityLevel: 4,
    graphOptimizationLevel: isOptimized ? 'all' : 'disabled',
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(probe && { enableProfiling: true, profileFilePrefix: path.join(probe.profileFolder, 'probe') }),
    extra: { session: { model_external_initializers_file_folder_path: root } },
  })
  sessions.set(name, session)
  let nodes: PlacedNode[] = []
  if (probe) {
    await session.run(tensorsOf(probe.feeds))
    session.endProfiling()
    nodes = placedNodes(await onlyFile(probe.profileFolder))
  }
  return {
    kind: 'loaded',
    peakBytes: peakBytes(),
    runtimeVersion: ort.env.versions.node ?? ort.env.versions.common,
    providers: ort
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
    nodes,
  }
}

/** A provider as onnxruntime-node takes it; behind it the runtime always puts the CPU. */
function providerOption({ provider, index }: Device = { provider: 'cpu', index: 0 }): ort.InferenceSession.ExecutionProviderConfig {
  return provider === 'cuda' || provider === 'dml' ? { name: provider, deviceId: index } : provider
}

async function onlyFile(folder: string): Promise<string> {
  const [name] = await readdir(folder)
  return readFile(path.join(folder, name!), 'utf8')
}

function tensorsOf(feeds: RunMessage['feeds']): Record<string, ort.Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { type, values, shape }]) => [name, new ort.Tensor(type, values as Int32Array, shape)]))
}

async function run({ session, feeds }: RunMessage): Promise<Reply> {
  const tensors = tensorsOf(feeds)
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
