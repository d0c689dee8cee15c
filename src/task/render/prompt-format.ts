/** Turns as the text that a model reads: plain, or as a chat. lm-eval `api/task.py` `fewshot_context`, `api/utils.py` `multiturn_to_singleturn`. */
import { endsWithSpace } from '../../text/python-text.ts'
import { plainPrompt, type Turn } from './turns.ts'

/** How prompts are written. */
export interface PromptFormat {
  /** Comes first, before the task's instruction; '' for none. lm-eval's `--system_instruction`. */
  readonly systemInstruction: string
  /** Null for plain prompts. */
  readonly chat: ChatFormat | null
}

/** How turns become a chat. */
export interface ChatFormat {
  /** Examples are turns of their own; else they are in the user's message. lm-eval's `--fewshot_as_multiturn`. */
  readonly isMultiturn: boolean
  /** The chat as text. If it `continues`, the last message is the beginning of an answer. */
  readonly render: (messages: readonly ChatTurn[], options: { readonly continues: boolean }) => string
}

/** A turn without its delimiter. */
export interface ChatTurn {
  readonly role: Turn['role']
  readonly content: string
}

/** Plain prompts without a system instruction. */
export const PLAIN_FORMAT: PromptFormat = { systemInstruction: '', chat: null }

/** The turns as a prompt; the last one is the question, or the beginning of its answer. */
export function promptText(turns: readonly Turn[], { chat }: PromptFormat): string {
  if (!chat) return plainPrompt(turns)
  const messages = (chat.isMultiturn ? turns : asOneTurn(turns)).map(({ role, text }): ChatTurn => ({ role, content: text }))
  return chat.render(messages, { continues: turns.at(-1)!.role === 'assistant' })
}

/** What comes between prompt and continuation: nothing in a chat, unless an answer has begun. lm-eval `construct_requests`. */
export function continuationDelimiter(delimiter: string, answerPrefix: string, { chat }: PromptFormat): string {
  if (!chat) return delimiter
  return answerPrefix === '' || endsWithSpace(answerPrefix) ? '' : delimiter
}

/** System and beginning of the answer as they are, and all turns between them as one of the user. */
function asOneTurn(turns: readonly Turn[]): Turn[] {
  const system = turns.filter(({ role }, index) => index === 0 && role === 'system')
  const beginning = turns.at(-1)!.role === 'assistant' ? [turns.at(-1)!] : []
  const between = turns.slice(system.length, turns.length - beginning.length)
  const last = between.at(-1)!
  return [...system, { role: 'user', text: plainPrompt([...between.slice(0, -1), { ...last, delimiter: '' }]), delimiter: '' }, ...beginning]
}
