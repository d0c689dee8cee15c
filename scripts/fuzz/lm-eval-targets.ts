/** Readers of lm-eval's YAML: folders of tasks, and the templates of one task. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { HarnessError } from '../../src/errors.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { Task } from '../../src/task/define-task.ts'
import { buildTask } from '../../src/task/lm-eval/build-task.ts'
import { readCatalogue } from '../../src/task/lm-eval/catalogue.ts'
import { loadNamed, loadYamlFile } from '../../src/task/lm-eval/load-yaml-tasks.ts'
import { surveyCatalogue } from '../../src/task/lm-eval/survey.ts'
import type { Files } from './mutate.ts'
import type { FuzzTarget } from './target.ts'

const GOLDEN = path.join(import.meta.dirname, '../../test/task/lm-eval/yaml.golden.json')

interface GoldenTask {
  readonly task: string
  readonly yaml: string
  readonly splits: Readonly<Record<string, readonly unknown[]>>
}

const { tasks: goldenTasks } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { readonly tasks: readonly GoldenTask[] }

/** A folder of tasks, and the keys of a task that are templates. */
export function lmEvalTargets(): FuzzTarget[] {
  return [
    { name: 'lm-eval-yaml', links: true, share: 10, seeds: folderSeeds(), read: readFolder },
    { name: 'lm-eval-template', share: 10, seeds: templateSeeds(), read: renderTemplates },
  ]
}

const lines = (rows: readonly unknown[]) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

function folderSeeds(): Files[] {
  return goldenTasks.map(({ task, yaml, splits }): Files => {
    const files = Object.keys(splits).map((split) => `${split}: ${split}.jsonl`)
    const source = `dataset_path: json\ndataset_kwargs: {data_files: {${files.join(', ')}}}\n`
    return {
      'task.yaml': Buffer.from(`task: ${task}\ntag: tagged\ninclude: [_base.yaml, in/_more.yaml]\n${yaml}`),
      '_base.yaml': Buffer.from(source),
      'in/_more.yaml': Buffer.from('base: &base {fewshot_delimiter: "\\n\\n"}\n<<: *base\nbase:\n'),
      'all.yaml': Buffer.from(`group: all\ntask: [tagged, {task: ${task}, task_alias: it}]\naggregate_metric_list: [{metric: acc, weight_by_size: true}]\n`),
      ...Object.fromEntries(Object.entries(splits).map(([split, rows]) => [`${split}.jsonl`, lines(rows)])),
    }
  })
}

/** Lists and loads everything that the folder has; rows on the hub are not asked for. */
async function readFolder(folder: string): Promise<void> {
  const catalogue = await readCatalogue([folder])
  surveyCatalogue(catalogue)
  const names = [...new Set(['*', 'all', 'tagged', ...catalogue.groups.keys(), ...catalogue.tags.keys()])]
  const loads = names.map((name) => async () => (await loadNamed(name, catalogue))?.tasks ?? [])
  loads.push(async () => [await loadYamlFile(path.join(folder, 'task.yaml'))])
  const refusals: unknown[] = []
  const tried = new Set<string>()
  for (const load of loads)
    try {
      for (const task of await load()) {
        if (tried.has(task.name) || !('folder' in task.dataset)) continue
        tried.add(task.name)
        await loadBoth(task)
      }
    } catch (error) {
      refusals.push(error)
    }
  if (refusals.length > 0) throw refusals.find((error) => !isRefusal(error)) ?? refusals[0]
}

const isRefusal = (error: unknown) => error instanceof HarnessError

async function loadBoth(task: Task): Promise<void> {
  await loadTask(task, {})
  if ('shots' in task && task.shots) await loadTask(task, { shots: 1 })
}

function templateSeeds(): Files[] {
  const row = { question: 'Is 2 even?', options: ['yes', 'no'], label: 0, answers: [{ text: 'yes', id: 'A' }], empty: '' }
  const prompts = [
    "Question: {{question.strip()}}\n{% for option in options %}{{'AB'[loop.index0]}}. {{option}}\n{% endfor %}Answer:",
    "{% set words = question.split(' ') %}{{words[:-1]|join(' ')|capitalize}}{% if empty %} {{empty}}{% elif label is defined %} ({{label + 1}}){% endif %}?",
    "{{question|regex_replace('[0-9]+', 'N')|replace('?', '')}} {{answers|map(attribute='text')|list}}",
  ]
  return prompts.map((prompt): Files => ({
    'prompt.jinja': Buffer.from(prompt),
    'choices.jinja': Buffer.from("{{[options[0], options[1] ~ '.']}}"),
    'target.jinja': Buffer.from('{{label}}'),
    'rows.jsonl': lines([row]),
  }))
}

async function renderTemplates(folder: string): Promise<void> {
  const text = (name: string) => {
    try {
      return readFileSync(path.join(folder, `${name}.jinja`), 'utf8')
    } catch {
      return ''
    }
  }
  const fields = {
    output_type: 'multiple_choice',
    dataset_path: 'json',
    dataset_kwargs: { data_files: { test: 'rows.jsonl' } },
    test_split: 'test',
    doc_to_text: text('prompt'),
    doc_to_choice: text('choices'),
    doc_to_target: text('target'),
    description: text('prompt'),
  }
  await loadTask(buildTask({ name: 'local', fields, folder, functions: new Map() }), {})
}
