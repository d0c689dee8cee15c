/**
 * Writes docs/lm-eval-tasks.md: which of lm-eval's own tasks run here from their YAML, and why the others do not.
 *
 *   node --import ./scripts/typescript.js scripts/survey-lm-eval-tasks.ts FOLDER
 *
 * FOLDER is `lm_eval/tasks` of an installed lm-eval 0.4.13.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readCatalogue } from '../src/task/lm-eval/catalogue.ts'
import { HARMLESS_KEYS, REFUSED_KEYS } from '../src/task/lm-eval/keys.ts'
import { surveyCatalogue, type Survey } from '../src/task/lm-eval/survey.ts'
import { FILTER_NAMES } from '../src/task/lm-eval/template/filters.ts'
import { METHOD_NAMES } from '../src/task/lm-eval/template/subscript.ts'
import { TEST_NAMES } from '../src/task/lm-eval/template/check-nodes.ts'
import { heading, markdownBody, paragraph, table } from '../src/text/markdown.ts'

const PAGE = path.join(import.meta.dirname, '../docs/lm-eval-tasks.md')
const count = (value: number) => value.toLocaleString('en')
const code = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ')

function page(survey: Survey): string {
  const { runnable, refused, reasons, groups, tags, unread } = survey
  return markdownBody([
    heading(1, 'Tasks of lm-eval'),
    paragraph(
      `\`scripts/survey-lm-eval-tasks.ts\` writes this page from the task folder of lm-eval 0.4.13. It has ${count(runnable.length + refused.length)} tasks, ${count(groups.length)} groups and ${count(tags.length)} tags. ${count(runnable.length)} tasks run from their YAML as it is (\`--include-path\`). Where this folder is and how to move the other tasks: docs/moving-from-lm-eval.md.`,
    ),
    heading(2, 'Why do the others not run?'),
    table([
      ['Reason', 'Tasks'],
      ...reasons.map(({ reason, count: tasks }) => [reason, count(tasks)]),
      ['the file cannot be read as YAML', count(unread.length)],
    ]),
    heading(2, 'Which keys have no effect?'),
    table([['Key', 'Why'], ...Object.entries(HARMLESS_KEYS).map(([key, why]) => [`\`${key}\``, why])]),
    heading(2, 'Which keys are refused?'),
    paragraph('A key that is not known is refused too, by name.'),
    table([['Key', 'Why'], ...Object.entries(REFUSED_KEYS).map(([key, why]) => [`\`${key}\``, why])]),
    heading(2, 'What can a template use?'),
    paragraph('Statements: `if`, `for`, `set`. Functions: `range`. What is not listed is refused by name when the task is loaded.'),
    table([
      ['Kind', 'Names'],
      ['Filters', code(FILTER_NAMES)],
      ['Methods', code([...METHOD_NAMES].sort())],
      ['Tests', code(TEST_NAMES)],
    ]),
  ])
}

/** Lines of prose of 98 characters at most; a table is not wrapped. */
function wrapped(text: string): string {
  return text.replace(/^(?!\|).{99,}$/gmu, (line) => line.replace(/(.{1,98})(?: |$)/gu, '$1\n').trimEnd())
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error('give the folder lm_eval/tasks')
  writeFileSync(PAGE, wrapped(page(surveyCatalogue(await readCatalogue([folder])))))
}
