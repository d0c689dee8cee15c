/** The parent's end of the session process: one question, one answer, and what its death means. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../../io/child-process.ts'
import { EngineError } from '../../errors.ts'
import { encodeModel, type Graph } from '../../graph/onnx-model.ts'
import { makeTemporaryFolder } from '../../io/temporary-folder.ts'
import { nativeMessages } from './native-messages.ts'
import type { LoadedReply, LoadMessage, Reply, Request, SessionName, SessionTensor } from './session-messages.ts'

/** Memory ran out, and the session's process is gone or not to be trusted any more. */
export class OutOfMemory extends Error {}

/** How a graph is loaded. */
export interface LoadOptions extends Omit<LoadMessage, 'kind' | 'model' | 'session' | 'probe'> {
  /** Run once after loading to see where onnxruntime put the nodes. */
  readonly probe?: Readonly<Record<string, SessionTensor>> | undefined
}

/** What the runtime says of itself. */
export type RuntimeInfo = Omit<LoadedReply, 'kind' | 'peakBytes'>

let largestSession = 0

/** The most memory, in bytes, that any session process of this program has held: beside the program's own, what the work took. */
export function peakSessionBytes(): number {
  return largestSession
}

/** A process that holds one session of each name. Its calls fail with OutOfMemory, or with EngineError on anything else. */
export interface SessionProcess {
  /** Makes a session of `graph`; the one of that name before it is gone. */
  readonly load: (graph: Graph, options: LoadOptions, session?: SessionName) => Promise<RuntimeInfo>
  /** Runs a session; comes back with the values of the graph's outputs, by name. */
  readonly run: (feeds: Readonly<Record<string, SessionTensor>>, session?: SessionName) => Promise<Readonly<Record<string, SessionTensor['values']>>>
  /** Runs a session for the time that it takes: milliseconds in the process, messages left out. */
  readonly time: (feeds: Readonly<Record<string, SessionTensor>>, session: SessionName) => Promise<number>
  /** The most memory that the process has held so far, in bytes, as of its last answer. */
  readonly peakBytes: () => number
  /** What libraries wrote to the process's standard error so far, the last lines of it. */
  readonly nativeMessages: () => readonly string[]
  /** Ends the process at once, whatever it is doing. */
  readonly end: () => void
}

/** Starts the process; it holds nothing yet. */
export function startSessionProcess(): SessionProcess {
  const child = forkSession()
  const messages = nativeMessages(child.stderr!)
  let peakBytes = 0
  const askFor = async <K extends Reply['kind']>(request: Request, kind: K) => {
    const reply = await ask(child, request, messages)
    if (reply.kind !== 'failed') peakBytes = reply.peakBytes
    largestSession = Math.max(largestSession, peakBytes)
    return expectReply(reply, kind)
  }
  return {
    load: async (graph, { probe: feeds, ...options }, session = 'model') => {
      // It is made here because the process may be killed at any moment.
      await using folder = feeds && (await makeTemporaryFolder('profile'))
      const probe = feeds && folder && { feeds, profileFolder: folder.path }
      const { runtimeVersion, providers, nodes } = await askFor({ kind: 'load', session, model: encodeModel(graph), ...options, probe }, 'loaded')
      return { runtimeVersion, providers, nodes }
    },
    run: async (feeds, session = 'model') => (await askFor({ kind: 'run', session, feeds }, 'ran')).outputs,
    time: async (feeds, session) => (await askFor({ kind: 'run', session, feeds }, 'ran')).elapsedMs,
    peakBytes: () => peakBytes,
    nativeMessages: messages,
    end: () => void child.kill('SIGKILL'),
  }
}

function forkSession(): ChildProcess {
  // onnxruntime reports its use to Microsoft unless it is told not to, and leaves log files where temporary ones go.
  const env = { ORT_DISABLE_TELEMETRY: '1', ...process.env }
  const child = startChild('onnx-session', import.meta.url, { env, standardError: 'pipe' })
  // A message that an ended process did not take; whoever waits for its answer hears of the end.
  child.on('error', () => {})
  return child
}

/** Longer than signals to two processes are apart. */
const SIGNAL_DELAY_MS = 200

/** The death of the process is an answer too: systems end a process that takes too much memory. */
async function ask(child: ChildProcess, request: Request, messages: () => readonly string[]): Promise<Reply> {
  if (!child.connected) throw new OutOfMemory('the session process is gone')
  const stop = new AbortController()
  const death = once(child, 'exit', { signal: stop.signal }).then(async ([code, signal]): Promise<never> => {
    // The system kills it, or an allocation inside it fails where nothing catches that and it aborts.
    if (signal === 'SIGKILL' || signal === 'SIGABRT' || code === 137 || code === 134) throw new OutOfMemory(`the session process ended with ${signal ?? code}`)
    // A scheduler may signal every process of the run: then the program has been signalled too, and is about to hear of it.
    if (signal !== null) await sleep(SIGNAL_DELAY_MS)
    throw new EngineError(
      `the session process ended with ${signal ?? `exit code ${code}`}${messages()
        .slice(-3)
        .map((line) => `; ${line}`)
        .join('')}`,
      'Run `evalharness doctor` to see whether onnxruntime works on this machine.',
    )
  })
  const reply = once(child, 'message', { signal: stop.signal }).then(
    ([message]) => message as Reply,
    (error: NodeJS.ErrnoException): Promise<never> => {
      // The message did not arrive: how the process ended says why.
      if (error.code === 'EPIPE' || error.code === 'ERR_IPC_CHANNEL_CLOSED') return death
      throw error
    },
  )
  try {
    child.send(request)
    return await Promise.race([reply, death])
  } finally {
    reply.catch(() => {})
    death.catch(() => {})
    stop.abort()
  }
}

function expectReply<K extends Reply['kind']>(reply: Reply, kind: K): Extract<Reply, { kind: K }> {
  if (reply.kind === kind) return reply as Extract<Reply, { kind: K }>
  if (reply.kind !== 'failed') throw new EngineError(`the session process answers ${reply.kind}, expected ${kind}`, 'This is a bug; please report it.')
  if (/bad_alloc|failed to allocate|out of memory|failed to create gpu buffer/i.test(reply.message)) throw new OutOfMemory(reply.message)
  throw new EngineError(`onnxruntime failed: ${reply.message}`, 'Run `evalharness doctor`; if the machine is fine, please report this with the model name.')
}
