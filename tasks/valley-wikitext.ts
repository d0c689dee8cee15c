/** WikiText's form with the built-in demo data: 60 made-up pages. See demo/suites/README.md. */
import path from 'node:path'
import { PACKAGE_FOLDER } from '../src/io/package-folder.ts'
import { defineTask } from '../src/task/define-task.ts'
import wikitext from './wikitext.ts'

export default defineTask({
  ...wikitext,
  name: 'valley_wikitext',
  summary: 'Built-in, made up: WikiText’s form over a small world',
  dataset: { folder: path.join(PACKAGE_FOLDER, 'demo/suites'), file: 'wikitext/{split}_document_level', split: 'test' },
  benchmark: {},
})
