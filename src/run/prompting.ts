/** How prompts are written: plain, or with the chat template of a checkpoint. lm-eval's `--apply_chat_template` and what goes with it. */
import { UsageError } from '../errors.ts'
import { compileChatTemplate, type ChatTemplate } from '../model/chat-template/chat-template.ts'
import { readChatTemplate } from '../model/chat-template/read-chat-template.ts'
import { readServedConfig } from '../model/served-config.ts'
import { readTokenizer } from '../model/tokenizer/tokenizer.ts'
import type { PromptingRecord } from '../store/run-record.ts'
import type { PromptFormat } from '../task/render/prompt-format.ts'
import { inspectModel, type ModelSource } from './model-source.ts'
import type { ScoringOptions } from './run-options.ts'

/** A way to write prompts. */
export interface Prompting {
  readonly format: PromptFormat
  readonly record: PromptingRecord
  /** Models with equal keys have the same prompts. */
  readonly key: string
  /** What is known once prompts are written, as sentences. */
  readonly notices: () => string[]
}

type PromptOptions = Pick<ScoringOptions, 'applyChatTemplate' | 'systemInstruction' | 'fewshotAsMultiturn'>

/** Fails with UsageError on options that need a chat template, or a model that has one. */
export function checkPromptOptions({ applyChatTemplate, fewshotAsMultiturn }: PromptOptions, modelCount: number): void {
  if (applyChatTemplate === undefined && fewshotAsMultiturn !== undefined)
    throw new UsageError('--fewshot-as-multiturn has no effect without a chat template', 'Add --apply-chat-template, or leave it out.')
  if (applyChatTemplate !== undefined && modelCount === 0)
    throw new UsageError('--apply-chat-template needs a model', 'Chat templates are in the folders of models: add --model NAME=FOLDER.')
}

/** Plain prompts. */
export function plainPrompting({ systemInstruction }: PromptOptions): Prompting {
  return {
    format: { systemInstruction: systemInstruction ?? '', chat: null },
    record: { chatTemplate: null, systemInstruction: systemInstruction ?? null, fewshotAsMultiturn: null },
    key: '',
    notices: () => [],
  }
}

/** The prompts of a model. Fails with CheckpointError if it has no chat template, or a malformed one, before anything is computed. */
export async function openPrompting(model: ModelSource, options: PromptOptions, onNotice: (notice: string) => void): Promise<Prompting> {
  const { applyChatTemplate, systemInstruction, fewshotAsMultiturn: isMultiturn = true } = options
  if (applyChatTemplate === undefined) return plainPrompting(options)
  // lm-eval takes True for a template without a name.
  const name = ['', 'true'].includes(applyChatTemplate.toLowerCase()) ? undefined : applyChatTemplate
  const chosen = await readChatTemplate(model.folder, name)
  if (chosen.ignoresName) onNotice(`${model.label}: its chat template has no name, so ${JSON.stringify(name)} has no effect, as in lm-eval`)
  const template = compileChatTemplate(chosen.text, await specialTokensOf(model), model.folder)
  onNotice(`${model.label}: chat template ${template.sha256.slice(0, 12)}, few-shot examples ${isMultiturn ? 'as turns of their own' : 'in one message'}`)
  return {
    format: { systemInstruction: systemInstruction ?? '', chat: { isMultiturn, render: template.render } },
    record: {
      chatTemplate: { text: template.text, sha256: template.sha256 },
      systemInstruction: systemInstruction ?? null,
      fewshotAsMultiturn: isMultiturn,
    },
    key: JSON.stringify([template.text, template.specialTokens]),
    notices: template.notices,
  }
}

async function specialTokensOf(model: ModelSource): Promise<ChatTemplate['specialTokens']> {
  if (model.served) {
    const { special, content } = await readServedConfig(model.folder)
    return (await readTokenizer(model.folder, special, content)).specialTokens
  }
  const { config, content } = (await inspectModel(model)).configFile
  return (await readTokenizer(model.folder, config, content)).specialTokens
}
