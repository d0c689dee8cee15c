/** Writes the pages that are made from the code: `npm run docs`. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { COMMANDS } from '../src/commands/command-line.ts'
import { cliPage } from './docs/cli-page.ts'
import { lmEvalPage } from './docs/lm-eval-page.ts'

writeFileSync(path.join(import.meta.dirname, '../docs/cli.md'), cliPage(COMMANDS))
writeFileSync(path.join(import.meta.dirname, '../docs/from-lm-eval.md'), lmEvalPage())
