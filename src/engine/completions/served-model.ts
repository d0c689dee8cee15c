/** What a server says of the model that it has, and of itself. */
import { z } from 'zod'
import { EngineError, UsageError } from '../../errors.ts'
import { ExchangeError, unusable, type Server } from './server.ts'
import type { Dialect } from './wire.ts'

/** A model on a server. */
export interface ServedModel {
  /** What requests call it. */
  readonly name: string
  /** The most tokens of a prompt and its response together; null if the server does not say. */
  readonly contextLength: number | null
  /** What the server is: `vllm`, `sglang`; null if it does not say. */
  readonly software: string | null
  readonly version: string | null
  readonly dialect: Dialect
}

const modelsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      owned_by: z.string().nullish(),
      max_model_len: z.number().int().positive().nullish(),
      parent: z.string().nullish(),
    }),
  ),
})
const versionSchema = z.looseObject({ version: z.string() })

/**
 * Asks a server what it has. `name` may be absent if that is one model. A server without a list of models is taken at the name given. Fails with
 * EngineError if there is no such server or model, with UsageError if a name is needed.
 */
export async function askServedModel(server: Server, name: string | undefined): Promise<ServedModel> {
  const models = await listModels(server)
  const given = name ?? (models.length === 1 ? models[0]!.id : undefined)
  const names = models.map(({ id }) => id).join(', ')
  if (given === undefined)
    throw new UsageError(
      `${server.name} ${models.length === 0 ? 'does not say what it serves' : `serves ${names}`}`,
      'Name one: --model NAME=URL,name=MODEL,tokenizer=WHERE.',
    )
  const model = models.find(({ id }) => id === given)
  if (models.length > 0 && !model) throw new EngineError(`${server.name} does not serve ${given}`, `It serves ${names}.`)
  const parent = models.find(({ id }) => id === model?.parent)
  const software = model?.owned_by ?? null
  return {
    name: given,
    contextLength: model?.max_model_len ?? parent?.max_model_len ?? null,
    software,
    version: software === 'vllm' ? await versionOf(server) : null,
    dialect: software === 'vllm' ? 'vllm' : 'openai',
  }
}

async function listModels(server: Server) {
  try {
    const checked = modelsSchema.safeParse(await server.get('/models'))
    return checked.success ? checked.data.data : []
  } catch (error) {
    // Not every server has the list; whether it is a server at all, the probe will tell.
    if (error instanceof ExchangeError && / responded with (?:404|405|501)\b/u.test(error.message)) return []
    throw unusable(error)
  }
}

/** Null if it does not say: nothing depends on it but the record. */
async function versionOf(server: Server): Promise<string | null> {
  const body = await server.getBeside('/version').catch(() => null)
  const checked = versionSchema.safeParse(body)
  return checked.success ? checked.data.version : null
}
