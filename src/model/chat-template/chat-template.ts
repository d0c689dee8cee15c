/**
 * Renders chats with a checkpoint's template as transformers 5.24 does (`utils/chat_template_utils.py` `render_jinja_template`) and lm-eval calls it
 * (`models/huggingface.py` `apply_chat_template`).
 */
import { createHash } from 'node:crypto'
import { parse, tokenize } from '@huggingface/jinja'
import { CheckpointError } from '../../errors.ts'
import { OutOfTime, timeLimit } from '../../io/time-limit.ts'
import { errorText } from '../../text/error-text.ts'
import { BoundedInterpreter, checkMembers, newScope, TemplateBoundError } from './bounded-interpreter.ts'
import { pythonTime } from './python-time.ts'

/** What one side says. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** A template that is ready to render. */
export interface ChatTemplate {
  readonly text: string
  /** sha256 of the text, hexadecimal: lm-eval's `chat_template_sha`. */
  readonly sha256: string
  /** The special tokens that the template sees: `bos_token`, `eos_token` and others. */
  readonly specialTokens: Readonly<Record<string, string>>
  /**
   * The chat as text, up to the beginning of the next answer; or, if it `continues` the last message, up to the end of that. A system message that the
   * template refuses is left out, as in lm-eval. Fails with CheckpointError if the template fails.
   */
  readonly render: (messages: readonly ChatMessage[], options: { readonly continues: boolean }) => string
  /** What the user must know of the prompts so far, as sentences. */
  readonly notices: () => string[]
}

/** Longest time of one chat, in milliseconds; templates of known models take one. */
const LONGEST_MS = 2000
/** What transformers puts behind a message that is to be continued, to find its end. */
const END_TAG = 'CONTINUE_FINAL_MESSAGE_TAG '

const HINT = 'Leave --apply-chat-template out, or correct chat_template.jinja or tokenizer_config.json in the folder of the model.'

/** Compiles a template; `place` names it in errors. The date is that of the call. Fails with CheckpointError if it is malformed. */
export function compileChatTemplate(text: string, specialTokens: Readonly<Record<string, string>>, place: string, now = new Date()): ChatTemplate {
  const limited = timeLimit(LONGEST_MS)
  const guarded = <T>(work: () => T): T => {
    try {
      return limited(work)
    } catch (cause) {
      const reason =
        cause instanceof OutOfTime ? `takes longer than ${LONGEST_MS / 1000} s` : cause instanceof TemplateBoundError ? cause.message : errorText(cause)
      throw new CheckpointError(`the chat template of ${place} fails: ${reason}`, HINT, { cause })
    }
  }
  const program: unknown = guarded(() => parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true })))
  const used = { date: false, withoutSystem: false }
  const run = (messages: readonly ChatMessage[], continues: boolean): string => {
    const variables = { ...specialTokens, messages, tools: null, documents: null, add_generation_prompt: !continues }
    return String(new BoundedInterpreter(newScope({ ...globalsAt(now, used), ...variables })).run(program).value)
  }
  const renderWhole = (messages: readonly ChatMessage[], continues: boolean) => {
    const withoutSystem = messages.filter(({ role }) => role !== 'system')
    if (withoutSystem.length === messages.length) return guarded(() => run(messages, continues))
    try {
      return guarded(() => run(messages, continues))
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.cause instanceof TemplateBoundError || error.cause instanceof OutOfTime) throw error
      const rendered = guarded(() => run(withoutSystem, continues))
      used.withoutSystem = true
      return rendered
    }
  }
  return {
    text,
    sha256: createHash('sha256').update(text).digest('hex'),
    specialTokens,
    render(messages, { continues }) {
      if (!continues) return renderWhole(messages, false)
      const last = messages.at(-1)!
      return upToEnd(renderWhole([...messages.slice(0, -1), { ...last, content: `${last.content}${END_TAG}` }], true), last.content, place)
    },
    notices: () => [
      ...(used.withoutSystem
        ? [`warning: the chat template of ${place} takes no system message: instructions and --system-instruction are left out, as in lm-eval`]
        : []),
      ...(used.date ? [`the chat template of ${place} writes the date (strftime_now): prompts of another day differ`] : []),
    ],
  }
}

/** Names that every template has. `used` notes that the date was asked for. */
function globalsAt(now: Date, used: { date: boolean }): Readonly<Record<string, unknown>> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    raise_exception(message: unknown) {
      throw new Error(String(message))
    },
    range(start: number, stop?: number, step = 1) {
      const [from, to] = stop === undefined ? [0, start] : [start, stop]
      if (!Number.isInteger(step) || step === 0) throw new Error('range() takes a step that is a whole number other than 0')
      const length = Math.max(0, Math.ceil((to - from) / step))
      checkMembers(length)
      return Array.from({ length }, (_, index) => from + index * step)
    },
    strftime_now(format: unknown) {
      used.date = true
      return pythonTime(now, String(format))
    },
  }
}

/** What transformers keeps of a chat whose last message is continued. */
function upToEnd(rendered: string, content: string, place: string): string {
  const tag = END_TAG.trim()
  const end = rendered.lastIndexOf(tag)
  if (end < 0 || !rendered.slice(0, end + tag.length).includes(content.trim()))
    throw new CheckpointError(`the chat template of ${place} leaves out the beginning of the answer, ${JSON.stringify(content)}`, HINT)
  // A template that removes white space at the ends of messages removes it before the tag as well.
  return rendered.startsWith(END_TAG, end) ? rendered.slice(0, end) : rendered.slice(0, end).trimEnd()
}
