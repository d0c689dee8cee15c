/** MMLU's form with the built-in demo data: five subjects of 30 made-up questions, with five few-shot examples each. See demo/suites/README.md. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import mmlu from './mmlu.ts'

export default defineTask({
  ...mmlu,
  name: 'valley_mmlu',
  summary: 'Built-in, made up: MMLU’s form over a small world, five subjects',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'mmlu/{split}/valley_{config}', split: 'test' },
  subsets: { names: ['animals', 'materials', 'people', 'tools', 'towns'], groups: {} },
  instruction: (subject, row) => mmlu.instruction!(`valley_${subject}`, row),
  benchmark: { mainMetric: 'acc', rowCount: 150, chance: { uniform: 1 / 4, majority: null } },
})
