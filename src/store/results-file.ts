/** The schema of a results file: evalharness' own and lm-eval's are the same. Files are untrusted, so every field that is used is checked. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { StoreError } from '../errors.ts'
import { parsePythonJson } from '../io/parse-json.ts'
import { ROLLING_BOS } from '../plan/encode.ts'

const figure = z.union([z.number(), z.string()])
const weightsSchema = z.looseObject({
  quantization: z.looseObject({ scheme: z.string(), block: z.number(), origin: z.string() }).nullable(),
  adapter: z.looseObject({ source: z.string(), hash: z.string() }).nullable(),
})
const count = z.number().int().nonnegative()
const truncationSchema = z.object({ requestCount: count, itemCount: count, mostTokensLost: count })
/** A name without control characters: names are printed in tables, headings and CI logs, where a line break would begin a line of its own. */
export const nameSchema = z.string().regex(/^\P{Cc}*$/u, 'a name with control characters')
const resultsSchema = z.looseObject({
  results: z.record(nameSchema, z.record(nameSchema, z.unknown())),
  group_subtasks: z.record(nameSchema, z.array(nameSchema)).optional(),
  versions: z.record(z.string(), figure.nullable()).optional(),
  'n-shot': z.record(z.string(), z.number().nullable()).optional(),
  higher_is_better: z.record(z.string(), z.record(z.string(), z.boolean().nullable()).nullable()).optional(),
  configs: z.record(z.string(), z.unknown()).optional(),
  'n-samples': z.record(z.string(), z.object({ original: z.number(), effective: z.number() })).optional(),
  config: z
    .looseObject({
      model: z.string().optional(),
      model_args: z.unknown().optional(),
      model_num_parameters: z.number().optional(),
      model_revision: z.string().optional(),
      limit: z.unknown().optional(),
    })
    .optional(),
  // Seconds, as far as a date can be.
  date: z.number().min(0).max(8.64e12).optional(),
  model_name: nameSchema.optional(),
  max_length: z.number().optional(),
  lm_eval_version: z.string().optional(),
  chat_template_sha: z.string().nullish(),
  system_instruction_sha: z.string().nullish(),
  fewshot_as_multiturn: z.boolean().nullish(),
  evalharness: z
    .looseObject({
      version: z.string(),
      is_complete: z.boolean(),
      ties: z.record(z.string(), z.record(z.string(), z.number())).optional(),
      truncation: z.record(z.string(), truncationSchema).optional(),
      divergence: z.looseObject({ original: z.looseObject({ label: nameSchema, weightsHash: z.string().nullable() }) }).optional(),
      settings: z.looseObject({ rollingBos: z.enum(ROLLING_BOS).optional(), addBosToken: z.boolean().nullish() }).optional(),
      model: z.looseObject({
        label: nameSchema,
        source: nameSchema,
        revision: z.string().nullable(),
        architecture: z.string().nullable(),
        parameterCount: z.number().nullable(),
        weightsHash: z.string().nullable(),
        weights: weightsSchema.nullish(),
        /** The name of `weights` in older files. */
        variant: weightsSchema.nullish(),
        tokenizerHash: z.string(),
        maxLength: z.number(),
      }),
    })
    .optional(),
})

/** A results file that was checked. */
export type ResultsFile = z.infer<typeof resultsSchema>

/** Reads a results file. Fails with StoreError on one that is missing or malformed. */
export async function readResultsFile(file: string): Promise<ResultsFile> {
  return parseResults(await readText(file), file)
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError(`cannot read ${file}`, 'Check the path and its permissions.', { cause })
  })
}

function parseResults(text: string, file: string): ResultsFile {
  let content: unknown
  try {
    content = parsePythonJson(text)
  } catch (cause) {
    const isCut = !text.trimEnd().endsWith('}')
    throw new StoreError(
      `${file} is not JSON${isCut ? ': it ends in the middle' : ''}`,
      isCut ? 'The file was cut short; copy it again or score again.' : 'Give a file that lm-eval or evalharness wrote.',
      { cause },
    )
  }
  const checked = resultsSchema.safeParse(content)
  if (!checked.success)
    throw new StoreError(`${file} is not a results file: ${z.prettifyError(checked.error)}`, 'Give a results_*.json of evalharness or lm-eval.')
  return checked.data
}
