/** Whether onnxruntime loads and computes on this machine, and which of its devices give right numbers. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Weights } from '../../model/weights/weights.ts'
import { EngineError, HarnessError } from '../../errors.ts'
import { graphBuilder } from '../../graph/builder.ts'
import type { Graph } from '../../graph/onnx-model.ts'
import { deviceName, providerOf, type Device } from './device.ts'
import { explainNativeMessages } from '../onnx/native-messages.ts'
import { onnxEngine } from '../onnx/onnx-engine.ts'
import { OutOfMemory, startSessionProcess } from '../onnx/session-process.ts'
import { errorText } from '../../text/error-text.ts'

/** What `diagnoseRuntime` found. */
export type RuntimeDiagnosis =
  | { readonly works: true; readonly version: string; /** Execution providers of the installed package. */ readonly providers: readonly string[] }
  | { readonly works: false; readonly reason: string }

/** Log-softmax of 0, 1, 2. */
const KNOWN_ANSWER = [0, 1, 2].map((logit) => logit - Math.log(1 + Math.E + Math.E ** 2))

/** Starts a session process and has it compute one value that is known. */
export async function diagnoseRuntime(): Promise<RuntimeDiagnosis> {
  const session = startSessionProcess()
  try {
    const { runtimeVersion, providers } = await session.load(selfTestGraph(), { root: '.', isOptimized: true })
    const { output } = await session.run({})
    const values = [...(output as Float32Array)]
    const isRight = values.length === 3 && values.every((value, index) => Math.abs(value - KNOWN_ANSWER[index]!) < 1e-6)
    if (!isRight) return { works: false, reason: `log-softmax of [0, 1, 2] gives [${values.join(', ')}]` }
    return { works: true, version: runtimeVersion, providers }
  } catch (error) {
    return { works: false, reason: errorText(error) }
  } finally {
    session.end()
  }
}

/** Whether onnxruntime opens a session on a device. It takes a process and, on a GPU, a second. */
export async function opensOn(device: Device): Promise<boolean> {
  const session = startSessionProcess()
  try {
    await session.load(selfTestGraph(), { root: '.', isOptimized: true, provider: providerOf(device).sessionOption(device.index) })
    return true
  } catch (error) {
    if (error instanceof EngineError || error instanceof OutOfMemory) return false
    throw error
  } finally {
    session.end()
  }
}

function selfTestGraph(): Graph {
  const g = graphBuilder()
  g.output(g.node('LogSoftmax', [g.floats(Float32Array.of(0, 1, 2), [1, 3])], { axis: -1 }), 'output')
  return g.finish('self_test', [], [{ name: 'output', type: 'float', shape: [1, 3] }])
}

/** Tokens of a text on the built-in model, and the sum of their natural log-probabilities by transformers 5.23 in float64 (scripts/self-test-answer.py). */
const TOKENS = [
  221, 199, 819, 797, 819, 221, 199, 221, 199, 797, 266, 272, 731, 311, 267, 587, 221, 14, 332, 266, 633, 327, 396, 707, 221, 14, 332, 266, 650, 307, 396, 865,
]
const KNOWN_SCORE = -146.381_154_64

/** What a device made of the known text. */
export type DeviceDiagnosis = { readonly device: string } & (
  | {
      readonly works: true
      /** Off the reference value, in nats per token. */ readonly difference: number
      /** Loading and scoring, in milliseconds. */ readonly elapsedMs: number
      /** What its libraries warned of, in words of ours. */ readonly warnings: readonly string[]
    }
  | {
      readonly works: false
      /** Whether it computed, and wrongly; otherwise it could not be used. */ readonly isWrong: boolean
      readonly reason: string
      readonly hint: string
    }
)

/** Has a device score a known text with the built-in model, in f32. */
export async function diagnoseDevice(device: Device, config: ModelConfig, weights: Weights): Promise<DeviceDiagnosis> {
  const startedAt = performance.now()
  const name = deviceName(device)
  try {
    let warnings: readonly string[] = []
    const onNativeMessages = (lines: readonly string[]) => {
      warnings = explainNativeMessages(lines)
    }
    await using engine = await onnxEngine(config, weights, { devices: [device], dtype: 'float32', batchTokens: 64, onNativeMessages })
    let logProb = 0
    for await (const { scores } of engine.score([{ input: Int32Array.from(TOKENS.slice(0, -1)), targets: Int32Array.from(TOKENS.slice(1)) }]))
      logProb += scores[0]!.logProb
    const difference = Math.abs(logProb - KNOWN_SCORE) / (TOKENS.length - 1)
    if (difference < providerOf(device).selfTestTolerance) return { device: name, works: true, difference, elapsedMs: performance.now() - startedAt, warnings }
    return {
      device: name,
      works: false,
      isWrong: true,
      reason: `a known text of ${KNOWN_SCORE} nats is given ${logProb}`,
      hint: `Do not use it: its numbers are wrong. Update its driver, or give another --device.`,
    }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    return { device: name, works: false, isWrong: false, reason: error.message, hint: error.hint }
  }
}
