/** The cases of config-spellings.golden.json, which scripts/make-config-goldens.py made: a fixture with a changed config.json, and what transformers makes of it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../../temporary-folder.ts'

/** A changed config.json. If transformers refuses it there is an `error`, else there is all that follows. */
export interface SpellingCase {
  readonly name: string
  readonly fixture: string
  readonly set: Readonly<Record<string, unknown>>
  readonly without: readonly string[]
  readonly error?: string
  readonly log_probs?: readonly number[]
  readonly frequencies?: readonly number[]
  readonly factor?: number
  readonly windows?: readonly (number | null)[]
  readonly head_size?: number
  readonly key_value_heads?: number
  /** Of q, k and v; of o; of the feed-forward. */
  readonly biases?: readonly boolean[]
  readonly head_norms?: boolean
  readonly max_positions?: number
  readonly tied?: boolean
}

const FIXTURES = path.join(import.meta.dirname, '../../checkpoints')
const GOLDEN = path.join(import.meta.dirname, 'config-spellings.golden.json')

/** `tokens` is one sequence, of which the last `scored` have log-probabilities. */
export const { tokens, scored, cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { tokens: number[]; scored: number; cases: SpellingCase[] }

/** transformers computes these as if the field were not there; what the field asks for is not computed, so a number would be of another model. */
export const REFUSED_THOUGH_IGNORED: Readonly<Record<string, string>> = {
  attn_logit_softcapping: 'attn_logit_softcapping (5) is not supported',
  final_logit_softcapping: 'final_logit_softcapping (5) is not supported',
  residual_multiplier: 'residual_multiplier (0.22) is not supported',
  use_qk_norm: 'use_qk_norm (true) is not supported',
  'hidden_activation beside hidden_act': 'hidden_activation ("gelu_pytorch_tanh") is not supported',
  'partial_rotary_factor at top level': 'partial_rotary_factor 0.5 is not supported',
  'partial_rotary_factor inside': 'partial_rotary_factor 0.5 is not supported',
  'rope_parameters by layer type that none declares': 'rope_parameters has full_attention, rotary parameters by layer',
}
/** transformers fails on these for another reason, but their meaning is clear. */
const TAKEN_THOUGH_REFUSED = new Set(['qwen2 head_dim null', 'model_type missing', 'mistral with layer_types that are all full, and no window'])

/** Whether a case is refused here. */
export function isRefused({ name, error }: SpellingCase): boolean {
  return (error !== undefined && !TAKEN_THOUGH_REFUSED.has(name)) || Object.hasOwn(REFUSED_THOUGH_IGNORED, name)
}

/** A new folder with the fixture and the changed config.json. */
export function folderOf({ fixture, set, without }: Pick<SpellingCase, 'fixture' | 'set' | 'without'>): string {
  const folder = path.join(temporaryFolder(), 'model')
  cpSync(path.join(FIXTURES, fixture), folder, { recursive: true })
  const config = { ...(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as object), ...set } as Record<string, unknown>
  for (const key of without) delete config[key]
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config))
  return folder
}
