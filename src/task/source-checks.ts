/** Checks of where a task's rows are: the repository or folder, and the subsets. */
import { didYouMean } from '../text/nearest-name.ts'
import { checkFields, fail, flag, isRecord, oneOf, plainText, text, uniqueNames, usableName, wholeFrom, type Fields } from './field-checks.ts'
import { shownValue } from './shown-value.ts'

const SOURCE_FIELDS: Fields = {
  split: { check: plainText },
  config: { check: plainText, isOptional: true },
  file: { check: filePattern, isOptional: true },
  defaultLimit: { check: wholeFrom(1), isOptional: true },
  textRows: { check: oneOf(['sentences', 'document']), isOptional: true },
}
const HUB_FIELDS: Fields = {
  repo: { check: repository },
  revision: { check: plainText, isOptional: true },
  files: { check: textsByName, isOptional: true },
  ...SOURCE_FIELDS,
}
const FOLDER_FIELDS: Fields = {
  folder: { check: text },
  files: { check: textsByName, isOptional: true },
  isUntrusted: { check: flag, isOptional: true },
  ...SOURCE_FIELDS,
}

function repository(value: unknown, at: string): void {
  plainText(value, at)
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/u.test(value as string))
    fail(`${at} ${shownValue(value)} is not a repository of the hub`, 'Write OWNER/NAME; for rows in a folder beside the task: dataset: { folder }.')
}

function filePattern(value: unknown, at: string): void {
  plainText(value, at)
  for (const [placeholder] of (value as string).matchAll(/\{[^{}]*\}/gu))
    if (placeholder !== '{split}' && placeholder !== '{config}')
      fail(`${at} ${shownValue(value)}: unknown placeholder ${placeholder}`, `${didYouMean(placeholder, ['{split}', '{config}'])}Known: {split}, {config}.`)
}

/** Checks where the rows of a task are. */
export function dataset(value: unknown, at: string): void {
  if (!isRecord(value)) fail(`${at} is ${shownValue(value)}, not a source of rows`, "Write for example dataset: { repo: 'me/mine', split: 'test' }.")
  if ('repo' in value && 'folder' in value) fail(`${at} has both repo and folder`, 'Rows are on the hub or in a folder; give one of the two.')
  if ('folder' in value) checkFields(value, at, FOLDER_FIELDS)
  else checkFields(value, at, HUB_FIELDS, { path: 'repo', name: 'config', folder: 'folder' })
}

/** Checks the subsets of a task and their groups. */
export function subsets(value: unknown, at: string): void {
  checkFields(value, at, {
    names: { check: uniqueNames },
    groups: {
      check: (groups, where) => void (isRecord(groups) || fail(`${where} is ${shownValue(groups)}, not groups`, 'Write groups: {} when there are none.')),
    },
    wholeConfig: { check: plainText, isOptional: true },
    pooling: { check: oneOf(['items', 'tasks']), isOptional: true },
    isPart: { check: flag, isOptional: true },
  })
  const { names, groups } = value as { readonly names: readonly string[]; readonly groups: Readonly<Record<string, unknown>> }
  for (const [group, members] of Object.entries(groups)) checkGroup(group, members, names, at)
}

function checkGroup(group: string, members: unknown, names: readonly string[], at: string): void {
  const place = `${at}: groups: ${group}`
  usableName(group, `${at}: groups: name`)
  if (names.includes(group)) fail(`${place} has the name of a subset`, 'Their results would have one name; rename the group.')
  uniqueNames(members, place)
  const unknown = (members as readonly string[]).find((member) => !names.includes(member))
  if (unknown !== undefined) fail(`${place}: unknown subset ${shownValue(unknown)}`, `${didYouMean(unknown, names)}Groups are made of the subsets in names.`)
}

function textsByName(value: unknown, at: string): void {
  if (!isRecord(value)) fail(`${at} is ${shownValue(value)}, not an object`, "Write for example files: { test: '/path/rows.jsonl' }.")
  for (const [name, each] of Object.entries(value)) text(each, `${at}: ${name}`)
}
