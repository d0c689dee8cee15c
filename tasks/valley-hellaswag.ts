/** HellaSwag's form with the built-in demo data: 160 made-up rows. See demo/suites/README.md. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import hellaswag from './hellaswag.ts'

export default defineTask({
  ...hellaswag,
  name: 'valley_hellaswag',
  summary: 'Built-in, made up: HellaSwag’s form over a small world',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'hellaswag/{split}', split: 'validation' },
  shots: { split: 'validation', defaultCount: 0 },
  benchmark: { mainMetric: 'acc_norm', rowCount: 160, chance: { uniform: 1 / 4, majority: null } },
})
