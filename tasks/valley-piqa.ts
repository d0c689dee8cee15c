/** PIQA's form over the built-in valley: 200 made-up rows that ship with the package. demo/suites/README.md says what they are good for. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import piqa from './piqa.ts'

export default defineTask({
  ...piqa,
  name: 'valley_piqa',
  summary: 'Built-in, made up: PIQA’s form over a small world',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'piqa/{split}', split: 'validation' },
  benchmark: { mainMetric: 'acc_norm', rowCount: 200, chance: { uniform: 1 / 2, majority: null } },
})
