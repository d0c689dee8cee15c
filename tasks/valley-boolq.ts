/** BoolQ's form with the built-in demo data: 200 made-up rows. See demo/suites/README.md. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import boolq from './boolq.ts'

export default defineTask({
  ...boolq,
  name: 'valley_boolq',
  summary: 'Built-in, made up: BoolQ’s form over a small world',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'boolq/{split}', split: 'validation' },
  shots: { split: 'validation', defaultCount: 0 },
  benchmark: { mainMetric: 'acc', rowCount: 200, chance: { uniform: 1 / 2, majority: 1 / 2 } },
})
