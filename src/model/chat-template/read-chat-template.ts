/** The chat templates of a checkpoint, from the files that transformers 5.24 reads (`tokenization_utils_base.py` `_from_pretrained`). */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { parsePythonJson } from '../../io/parse-json.ts'
import { listNames } from '../../text/list-names.ts'
import { didYouMean } from '../../text/nearest-name.ts'
import { readModelFile } from '../model-file.ts'

/** Most characters of a template; the longest ones of known models have 20,000. */
const MOST_CHARACTERS = 2 ** 20

const FOLDER = 'additional_chat_templates'
const namedTemplates = z.array(z.looseObject({ name: z.string(), template: z.string() }))
const settingsSchema = z.looseObject({ chat_template: z.union([z.string(), namedTemplates]).nullish() })

/** A template that a name or nothing chose. */
export interface ChosenTemplate {
  readonly text: string
  /** There is one template only, and it has no name: the name that was given has no effect. */
  readonly ignoresName: boolean
}

/**
 * The template of that name, or without a name the only or default one. Fails with CheckpointError if the checkpoint has none, or none of that name.
 */
export async function readChatTemplate(folder: string, name?: string): Promise<ChosenTemplate> {
  const found = await templatesOf(folder)
  if (found === undefined)
    throw new CheckpointError(
      `${folder} has no chat template`,
      'Leave --apply-chat-template out, or put chat_template.jinja of the chat model into the folder. Base models have none.',
    )
  if (typeof found === 'string') return { text: checkSize(found, folder), ignoresName: name !== undefined }
  const wanted = name ?? 'default'
  const text = found.get(wanted)
  const names = [...found.keys()].toSorted()
  if (text === undefined)
    throw new CheckpointError(
      name === undefined ? `${folder} has several chat templates, and none is the default` : `${folder} has no chat template ${JSON.stringify(name)}`,
      `${name === undefined ? '' : didYouMean(name, names)}Give --apply-chat-template with one of: ${listNames(names, 10)}.`,
    )
  return { text: checkSize(text, folder), ignoresName: false }
}

/** One template without a name, several by name, or none. Files of their own come before tokenizer_config.json. */
async function templatesOf(folder: string): Promise<string | ReadonlyMap<string, string> | undefined> {
  const single = await textOf(folder, 'chat_template.jinja')
  const files = (await readdir(path.join(folder, FOLDER)).catch(() => [])).filter((file) => file.endsWith('.jinja')).toSorted()
  if (files.length > 0) {
    const others = await Promise.all(files.map(async (file) => [path.basename(file, '.jinja'), (await textOf(folder, `${FOLDER}/${file}`)) ?? ''] as const))
    return new Map([...(single === undefined ? [] : [['default', single] as const]), ...others])
  }
  return single ?? inSettings(folder)
}

async function inSettings(folder: string): Promise<string | ReadonlyMap<string, string> | undefined> {
  const text = await textOf(folder, 'tokenizer_config.json')
  if (text === undefined) return undefined
  const file = path.join(folder, 'tokenizer_config.json')
  try {
    const { chat_template: found } = settingsSchema.parse(parsePythonJson(text))
    return Array.isArray(found) ? new Map(found.map(({ name, template }) => [name, template])) : (found ?? undefined)
  } catch (cause) {
    throw new CheckpointError(`${file}: chat_template is malformed`, 'It is a text, or a list of objects with name and template.', { cause })
  }
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  return (await readModelFile(folder, name))?.toString('utf8')
}

function checkSize(text: string, folder: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  throw new CheckpointError(`the chat template of ${folder} has ${text.length} characters, the most are ${MOST_CHARACTERS}`, 'Download or copy it again.')
}
