/** What a benchmark of a machine found, as Markdown: for the terminal, and to be pasted. */
import type { BenchmarkRecord, DeviceRecord, ModelSpeedRecord } from '../../benchmark/record.ts'
import type { NumbersRecord } from '../../benchmark/check-numbers.ts'
import { duration } from '../../text/duration.ts'
import { byteSize } from '../../text/byte-size.ts'
import { count } from '../../text/count.ts'
import { heading, markdownBody, paragraph, table } from '../../text/markdown.ts'
import { NONE, percent } from '../numbers.ts'

/** A section a device. */
export function benchmarkTables(record: BenchmarkRecord): string {
  const { machine, startedAt, evalharness, elapsedSeconds, budgetSeconds, runtime } = record
  const head = `evalharness ${evalharness}, onnxruntime ${runtime.works ? runtime.version : 'does not work'}, Node ${machine.node}, ${machine.platform}; ${machine.cpu}, ${machine.threads} threads, ${byteSize(machine.memoryBytes)}; ${startedAt.slice(0, 10)}; ${elapsedSeconds.toFixed(0)} of ${budgetSeconds} s`
  return markdownBody([paragraph(head), ...record.devices.flatMap(deviceBlocks)])
}

function deviceBlocks(device: DeviceRecord) {
  const { selfTest, numbers, speed, suspects, failures, leftOut } = device
  const title = heading(2, `${device.device}${device.gpu === null ? '' : ` (${device.gpu})`}${device.isExperimental ? ', experimental' : ''}`)
  if (!selfTest.works) return [title, paragraph(`Self-test failed: ${selfTest.reason}`), paragraph(selfTest.hint)]
  return [
    title,
    paragraph(
      `Self-test passed: ${nats(selfTest.difference)} nats per token off${device.device === 'cpu' ? '' : '; every computing node runs on the device'}.`,
    ),
    ...(numbers.length > 0
      ? [table([['numbers', 'type', 'requests', 'largest difference', 'mean', 'greedy equal', 'right'], ...numbers.map(numbersRow)])]
      : []),
    ...(speed ? speedBlocks(speed) : []),
    ...(suspects.length > 0
      ? [
          table([
            ['suspect', 'on', 'form', 'result', 'difference', 'note'],
            ...suspects.map(({ suspect, on, form, milliseconds, tokensPerSecond, difference, onCpu, problem }) => [
              suspect,
              on,
              form,
              milliseconds !== null ? `${milliseconds.toPrecision(3)} ms` : tokensPerSecond !== null ? `${whole(tokensPerSecond)} tokens/s` : NONE,
              difference === null ? NONE : difference.toExponential(0),
              problem !== null ? problem.slice(0, 100) : onCpu.length > 0 ? `on the CPU: ${onCpu.join(', ')}` : '',
            ]),
          ]),
        ]
      : []),
    ...failures.map(({ what, reason, hint }) => paragraph(`Failed: ${what}: ${reason}. ${hint}`)),
    ...(leftOut.length > 0 ? [paragraph(`Left out: ${leftOut.map(({ what, why }) => `${what} (${why})`).join('; ')}.`)] : []),
  ]
}

function numbersRow({ name, dtype, compared, asked, largest, mean, greedyAsked, greedyEqual, limit, isRight }: NumbersRecord): string[] {
  const verdict = limit === null ? NONE : isRight ? 'yes' : `no: below ${nats(limit)} expected`
  return [name, dtype, compared === asked ? String(asked) : `${compared} of ${asked}`, nats(largest), nats(mean), `${greedyEqual} of ${greedyAsked}`, verdict]
}

function speedBlocks(speed: ModelSpeedRecord) {
  const {
    modelSize,
    shapeOf,
    dtype,
    parameterCount,
    makeSeconds,
    loadSeconds,
    weightBytes,
    peakProcessBytes,
    gpuBytes,
    peakGemmRate,
    dataSheetPeak,
    workloads,
    estimate,
    peer,
  } = speed
  const peak =
    peakGemmRate === null
      ? 'not measured'
      : `${teraflops(peakGemmRate)}${dataSheetPeak === null ? '' : ` (${percent(peakGemmRate / dataSheetPeak, 0)} of the data sheet's ${teraflops(dataSheetPeak)})`}`
  return [
    paragraph(
      `Random model ${modelSize} (shape of ${shapeOf}, ${(parameterCount / 1e9).toPrecision(2)} billion parameters, ${byteSize(weightBytes)}) in ${dtype}: made in ${makeSeconds.toFixed(1)} s, loaded in ${loadSeconds.toFixed(1)} s; memory of the process ${peakProcessBytes === null ? 'unknown' : byteSize(peakProcessBytes)}${gpuBytes === null ? '' : `, of the GPU ${byteSize(gpuBytes)}`}. Peak GEMM rate of its shapes: ${peak}.`,
    ),
    ...(workloads.length > 0
      ? [
          table([
            ['workload', 'rows', 'tokens/s', 'as asked', 'rate', 'of peak GEMM', ...(dataSheetPeak === null ? [] : ['of data sheet'])],
            ...workloads.map(({ title, source, itemCount, tokensPerSecond, tokensAskedPerSecond, operationsPerSecond, rooflineShare }) => [
              title,
              `${itemCount} ${source === 'rows' ? 'rows' : 'synthetic'}`,
              whole(tokensPerSecond),
              whole(tokensAskedPerSecond),
              teraflops(operationsPerSecond),
              rooflineShare === null ? NONE : percent(rooflineShare, 0),
              ...(dataSheetPeak === null ? [] : [percent(operationsPerSecond / dataSheetPeak, 0)]),
            ]),
          ]),
        ]
      : []),
    ...(peer
      ? [
          paragraph(
            `transformers ${peer.versions['transformers']} (torch ${peer.versions['torch']}, ${peer.device}) on the same ${peer.sequences} sequences: ${peer.transformersSeconds.toFixed(1)} s against ${peer.seconds.toFixed(1)} s here, ratio ${peer.ratio.toFixed(1)}; best token equal behind ${percent(peer.argmaxEqual, 0)}, its log-probability ${peer.meanDifference.toPrecision(2)} nats apart in the mean.`,
          ),
        ]
      : []),
    ...(estimate
      ? [
          paragraph(
            `Estimate for a model card's table (${estimate.models}, ${(estimate.tokens / 1e6).toFixed(1)} million distinct tokens): ${duration(estimate.seconds)}${estimate.isScaled ? ', scaled by operations from the model above' : ''}.`,
          ),
        ]
      : []),
  ]
}

function nats(value: number): string {
  return value.toExponential(1)
}

function whole(value: number): string {
  return value < 100 ? value.toPrecision(2) : count(Math.round(value))
}

function teraflops(rate: number): string {
  return `${(rate / 1e12).toPrecision(3)} TFLOP/s`
}
