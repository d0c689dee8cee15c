/** Prompts under a chat template, and their scores, beside lm-eval 0.4.13 over the same files: scripts/make-chat-score-goldens.py. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { evalharness } from '../program.ts'
import { yamlFolder } from '../task/lm-eval/yaml-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'

interface GoldenItem {
  readonly doc_hash: string
  readonly prompt_hash: string
  readonly target_hash: string
  readonly logProbs: readonly number[]
}

interface GoldenCase {
  readonly shots: number
  readonly template: boolean
  readonly multiturn: boolean
  readonly system: string | null
  readonly tasks: Readonly<Record<string, readonly GoldenItem[]>>
}

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'chat-scores.golden.json'), 'utf8')) as {
  readonly chat_template_sha: string
  readonly files: Readonly<Record<string, string>>
  readonly cases: readonly GoldenCase[]
}
const { templates } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../model/chat-template/chat-template.golden.json'), 'utf8')) as {
  readonly templates: { readonly chatml: string }
}

/** The built-in model with the template of SmolLM2-Instruct. */
function chatModel(): string {
  const folder = temporaryFolder()
  cpSync('demo/model', folder, { recursive: true })
  writeFileSync(path.join(folder, 'chat_template.jinja'), templates.chatml)
  return folder
}

/** What the run stored: the results, and the samples of each task in the form of the golden file. */
async function scored({ shots, template, multiturn, system }: GoldenCase, model: string, tasks: string) {
  const output = temporaryFolder()
  const chat = template ? ['--apply-chat-template', `--fewshot-as-multiturn=${multiturn ? 'true' : 'false'}`] : []
  const instruction = system === null ? [] : ['--system-instruction', system]
  const where = ['-m', `chat=${model}`, '--include-path', tasks, '-t', Object.keys(golden.cases[0]!.tasks).join()]
  const { code, err } = await evalharness(
    'run',
    ...where,
    '--num-fewshot',
    String(shots),
    ...chat,
    ...instruction,
    '-o',
    output,
    '--no-cache',
    '--device',
    'cpu',
  )
  expect({ code, err }).toMatchObject({ code: 0 })
  const folder = path.join(output, 'chat')
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  const names = readdirSync(folder)
  const results = JSON.parse(read(names.find((name) => name.startsWith('results_'))!)) as Readonly<Record<string, unknown>>
  const samples = names.flatMap((name) => {
    const task = /^samples_(chat_[a-z]+)_/u.exec(name)?.[1]
    if (task === undefined) return []
    const lines = read(name).trimEnd().split('\n')
    return [[task, lines.map((line) => sample(JSON.parse(line) as Sample))] as const]
  })
  return { results, samples: Object.fromEntries(samples) }
}

type Sample = Omit<GoldenItem, 'logProbs'> & { readonly resps: readonly (readonly (readonly [string, string])[])[] }

function sample({ doc_hash, prompt_hash, target_hash, resps }: Sample): GoldenItem {
  return { doc_hash, prompt_hash, target_hash, logProbs: resps.map(([stored]) => Number(stored![0])) }
}

test.each(golden.cases)(
  '$shots shots, template $template, turns $multiturn, system $system: hashes and scores are lm-eval’s',
  { tags: ['slow'] },
  async (each) => {
    const { results, samples } = await scored(each, chatModel(), yamlFolder(golden.files))
    expect(results).toMatchObject({ chat_template_sha: each.template ? golden.chat_template_sha : null, system_instruction: each.system })
    for (const [task, items] of Object.entries(each.tasks)) {
      const own = samples[task]!
      expect(own.map(hashesOf), task).toEqual(items.map(hashesOf))
      for (const [index, { logProbs }] of items.entries())
        for (const [choice, logProb] of logProbs.entries()) expect(own[index]!.logProbs[choice], task).toBeCloseTo(logProb, 3)
    }
  },
)

function hashesOf({ doc_hash, prompt_hash, target_hash }: GoldenItem) {
  return { doc_hash, prompt_hash, target_hash }
}
