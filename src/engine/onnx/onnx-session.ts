/**
 * The process that owns the onnxruntime sessions. A run blocks its thread until it ends, so the sessions have a process of their own: the program
 * stays responsive to Ctrl-C, and survives when the system kills a session for lack of memory.
 */
import { readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { serveCalls } from '../../io/serve-calls.ts'
import { placedNodes, type PlacedNode } from '../devices/placement.ts'
import type { Feeds, LoadRequest, LoadResult, RunRequest, RunResult, SessionMethods, SessionName, SessionTensor } from './session-messages.ts'

serveCalls<SessionMethods>({ load, run })

const sessions = new Map<SessionName, ort.InferenceSession>()

// Wayland's library, which WebGPU looks for on Linux, complains on standard error without it.
process.env['XDG_RUNTIME_DIR'] ??= os.tmpdir()
// Failures are thrown as well, and the parent reports them.
ort.env.logLevel = 'fatal'

async function load({ session: name, model, root, threads, isOptimized, provider = 'cpu', probe }: LoadRequest): Promise<LoadResult> {
  await sessions.get(name)?.release()
  sessions.delete(name)
  const session = await ort.InferenceSession.create(model, {
    // onnxruntime always adds the CPU as the last one.
    executionProviders: [provider],
    logSeverityLevel: 4,
    graphOptimizationLevel: isOptimized ? 'all' : 'disabled',
    // An arena grows by powers of two, and pays only in a session that runs often.
    enableCpuMemArena: isOptimized,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(probe && { enableProfiling: true, profileFilePrefix: path.join(probe.profileFolder, 'probe') }),
    extra: {
      session: {
        model_external_initializers_file_folder_path: root,
        // Otherwise weights go through an arena, which grows by powers of two: 16 GB of weights would take up to 32.
        ...(typeof provider === 'object' && provider.name === 'cuda' && { use_device_allocator_for_initializers: '1' }),
      },
    },
  })
  sessions.set(name, session)
  const nodes = probe ? await runProbe(session, probe) : []
  return {
    peakBytes: peakBytes(),
    runtimeVersion: ort.env.versions.node ?? ort.env.versions.common,
    providers: ort
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
    nodes,
  }
}

async function runProbe(session: ort.InferenceSession, { feeds, profileFolder }: NonNullable<LoadRequest['probe']>): Promise<PlacedNode[]> {
  await session.run(tensorsOf(feeds))
  session.endProfiling()
  const [name] = await readdir(profileFolder)
  return placedNodes(await readFile(path.join(profileFolder, name!), 'utf8'))
}

async function run({ session, feeds }: RunRequest): Promise<RunResult> {
  const tensors = tensorsOf(feeds)
  const startedAt = performance.now()
  const outputs = await sessions.get(session)!.run(tensors)
  return {
    elapsedMs: performance.now() - startedAt,
    peakBytes: peakBytes(),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as SessionTensor['values']])),
  }
}

function tensorsOf(feeds: Feeds): Record<string, ort.Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { type, values, shape }]) => [name, new ort.Tensor(type, values as Int32Array, shape)]))
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
