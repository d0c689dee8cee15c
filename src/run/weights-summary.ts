/** A line on what is run instead of a checkpoint's weights, and on what they take. */
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'

/** `weights: 269.0 MB → 116.4 MB (−56.7 %) · 210 matrices as nf4 in blocks of 64, made at load · adapter ./lora: 60 modules`. */
export function weightsSummary({ quantization, adapter, weightBytes: { stored, run } }: WeightsRecord): string {
  const change = (100 * (run - stored)) / stored
  const sizes = stored === run ? megabytes(run) : `${megabytes(stored)} → ${megabytes(run)} (${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %)`
  const parts = [`weights: ${sizes}`]
  if (quantization) {
    const { scheme, block, origin, matrixCount } = quantization
    parts.push(`${matrixCount} matrices as ${scheme} in blocks of ${block}, ${origin === 'load' ? 'made at load' : `as ${origin} stored them`}`)
  }
  if (adapter) {
    const replaced = adapter.replacedCount === 0 ? '' : `, ${adapter.replacedCount} tensors of its own`
    parts.push(`adapter ${adapter.source}: ${adapter.moduleCount} modules${replaced}`)
  }
  return parts.join(' · ')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`
}
