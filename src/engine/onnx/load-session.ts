/** Loads a model into a session process on a device, and says in a user's terms why it cannot be. */
import { EngineError } from '../../errors.ts'
import { deviceName, providerOf, type Device } from '../devices/device.ts'
import { operatorsOnCpu, type PlacedNode } from '../devices/placement.ts'
import type { LoadableGraph } from './device-model.ts'
import { explainNativeMessages } from './native-messages.ts'
import { OutOfMemory, startSessionProcess, type RuntimeInfo, type SessionProcess } from './session-process.ts'

/** Where and how a model is loaded. */
export interface LoadTarget {
  readonly device: Device
  /** Folder that the weights' paths are relative to. */
  readonly root: string
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads: number | undefined
  /** Receives what libraries wrote to standard error while the model was loaded. */
  readonly onNativeMessages?: ((lines: readonly string[]) => void) | undefined
}

/** A process that has loaded a model. */
export interface LoadedSession extends RuntimeInfo, SessionProcess {}

/** Starts a process and loads the graph. Fails with EngineError, and then the process has ended. */
export async function loadSession(
  { graph, probe, choosesExperts }: LoadableGraph,
  { device, root, threads, onNativeMessages }: LoadTarget,
): Promise<LoadedSession> {
  const session = startSessionProcess()
  try {
    const provider = providerOf(device).sessionOption(device.index)
    const info = await session.load(graph, { root, threads, isOptimized: true, provider, probe })
    checkPlacement(device, info.nodes, choosesExperts)
    onNativeMessages?.(session.nativeMessages())
    return { ...session, ...info }
  } catch (error) {
    session.end()
    throw await loadError(error, device, session.nativeMessages())
  }
}

/** onnxruntime runs on the CPU what a provider has no kernel for, and says so only in its profile. */
function checkPlacement(device: Device, nodes: readonly PlacedNode[], choosesExperts = false): void {
  const { mayRunOnCpu } = providerOf(device)
  const fallen = mayRunOnCpu === 'all' ? [] : operatorsOnCpu(nodes, { operators: mayRunOnCpu, choosesExperts })
  if (fallen.length > 0)
    throw new EngineError(`${deviceName(device)} has no kernel for ${fallen.join(', ')}: the model would run partly on the CPU`, 'Give another --device.')
}

async function loadError(error: unknown, device: Device, messages: readonly string[]): Promise<unknown> {
  const { hasOwnMemory, hint } = providerOf(device)
  if (error instanceof OutOfMemory) {
    const advice = hasOwnMemory
      ? 'The weights must fit the memory of the device: give a smaller --dtype, or --device cpu.'
      : 'The weights need 4 bytes a parameter on the CPU; close other programs or use a machine with more memory.'
    return new EngineError(`out of memory while loading the model: ${error.message}`, advice, { cause: error })
  }
  if (!hasOwnMemory || !(error instanceof EngineError)) return error
  // onnxruntime begins with its own source line and the condition that failed.
  const reason = error.message.replace(/^onnxruntime failed: (?:.* was false\. )?/su, '').trim()
  return new EngineError(
    `cannot run on ${deviceName(device)}: ${[reason, ...explainNativeMessages(messages)].join('; ')}`,
    /requires f16/u.test(error.message) ? 'Give --dtype f32.' : await hint(device.index),
    { cause: error },
  )
}
