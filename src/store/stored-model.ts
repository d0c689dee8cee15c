/** Which model a results file is of. */
import type { ResultsFile } from './results-file.ts'
import type { StoredModel } from './stored-run.ts'

type StoredWeights = NonNullable<NonNullable<ResultsFile['evalharness']>['model']['weights']>

/** The model as far as the file says. */
export function modelOf({ evalharness, config, model_name: name, max_length: maxLength }: ResultsFile): StoredModel {
  if (evalharness) {
    const { source, revision, architecture, parameterCount, weightsHash, weights, variant, tokenizerHash, maxLength: window } = evalharness.model
    return { source, revision, architecture, parameterCount, weightsHash, weights: weightsText(weights ?? variant ?? null), tokenizerHash, maxLength: window }
  }
  const args = config?.model_args
  const pretrained = typeof args === 'string' ? /(?:^|,)pretrained=([^,]*)/u.exec(args)?.[1] : (args as { pretrained?: unknown } | null | undefined)?.pretrained
  return {
    source: typeof pretrained === 'string' ? pretrained : (name ?? 'unknown'),
    revision: null,
    architecture: null,
    parameterCount: config?.model_num_parameters ?? null,
    weightsHash: null,
    weights: null,
    tokenizerHash: null,
    maxLength: maxLength ?? null,
  }
}

/** `nf4, blocks of 64; adapter ./lora`; null for weights that were run plain. */
function weightsText(weights: StoredWeights | null): string | null {
  if (!weights) return null
  const { quantization, adapter } = weights
  const parts = [quantization && `${quantization.scheme}, blocks of ${quantization.block}`, adapter && `adapter ${adapter.source}`]
  return parts.filter((part) => part !== null).join('; ')
}

/** The last part of a path or repository name. */
export function lastPart(source: string): string {
  return source.split(/[/\\]/u).findLast((part) => part !== '') ?? source
}
