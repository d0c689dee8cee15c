/** PIQA's form with the built-in demo data: 200 made-up rows. See demo/suites/README.md. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import piqa from './piqa.ts'

export default defineTask({
  ...piqa,
  name: 'valley_piqa',
  summary: 'Built-in, made up: PIQA’s form over a small world',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'piqa/{split}', split: 'validation' },
  shots: { split: 'validation', defaultCount: 0 },
  benchmark: { mainMetric: 'acc_norm', rowCount: 200, chance: { uniform: 1 / 2, majority: null } },
})
