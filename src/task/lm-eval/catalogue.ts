/** All tasks, groups and tags of a folder of lm-eval's YAML; lm-eval `tasks/_index.py`. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../errors.ts'
import { count } from '../../text/count.ts'
import { errorText } from '../../text/error-text.ts'
import { readTaskYaml, type ReadFiles, type YamlFields } from './yaml-file.ts'

/** Most files of a folder. */
const MOST_FILES = 50_000
/** Reading more takes seconds. */
const MANY_FILES = 2000
const IGNORED: readonly string[] = ['__pycache__', '.ipynb_checkpoints', 'node_modules']

/** A task or group, and where it stands. */
export interface CatalogueEntry {
  readonly name: string
  readonly file: string
  /** With the keys of included files. */
  readonly fields: YamlFields
}

/** What a folder has, by name. */
export interface Catalogue {
  readonly tasks: ReadonlyMap<string, CatalogueEntry>
  readonly groups: ReadonlyMap<string, CatalogueEntry>
  /** Names of tasks, in alphabetical order. */
  readonly tags: ReadonlyMap<string, readonly string[]>
  /** Files that are not read, and why. Files that are only included are not among them. */
  readonly unread: readonly { readonly file: string; readonly reason: string }[]
}

/** Reads folders; of two tasks with one name that of the later folder counts, and within a folder the first. `onNotice` receives a notice of a folder that takes seconds. Fails with UsageError if there is no such folder. */
export async function readCatalogue(folders: readonly string[], onNotice: (notice: string) => void = () => {}): Promise<Catalogue> {
  const tasks = new Map<string, CatalogueEntry>()
  const groups = new Map<string, CatalogueEntry>()
  const unread: { readonly file: string; readonly reason: string }[] = []
  for (const folder of folders) {
    const own = await readFolder(folder, onNotice)
    for (const entry of own.entries) (isGroup(entry) ? groups : tasks).set(entry.name, entry)
    unread.push(...own.unread)
  }
  return { tasks, groups, tags: tagsOf([...tasks.values()]), unread }
}

interface FolderContent {
  readonly entries: readonly CatalogueEntry[]
  readonly unread: readonly { readonly file: string; readonly reason: string }[]
}

async function readFolder(folder: string, onNotice: (notice: string) => void): Promise<FolderContent> {
  const entries = new Map<string, CatalogueEntry>()
  const unread: { readonly file: string; readonly reason: string }[] = []
  const read: ReadFiles = new Map()
  const files = await yamlFiles(folder)
  if (files.length > MANY_FILES) onNotice(`reading ${count(files.length)} YAML files of ${folder}; a folder within it takes less time`)
  for (const file of files) {
    try {
      const fields = await readTaskYaml(file, folder, read)
      const name = 'class' in fields ? fields['task'] : (fields['group'] ?? fields['task'])
      if (typeof name === 'string' && !entries.has(name)) entries.set(name, { name, file, fields })
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      unread.push({ file, reason: errorText(error) })
    }
  }
  return { entries: [...entries.values()], unread }
}

/** Whether the entry is a group. */
function isGroup({ fields }: CatalogueEntry): boolean {
  return !('class' in fields) && 'group' in fields
}

/** In alphabetical order of their paths. */
async function yamlFiles(folder: string): Promise<string[]> {
  let found: Dirent[]
  try {
    found = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch (cause) {
    throw new UsageError(`--include-path ${folder} is not a folder that can be read`, 'Give the folder with the YAML files of your tasks.', { cause })
  }
  if (found.length > MOST_FILES)
    throw new UsageError(`--include-path ${folder} has more than ${MOST_FILES} files`, 'Give the folder with the tasks that you want.')
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && !entry.parentPath.split(path.sep).some((part) => IGNORED.includes(part)))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

function tagsOf(tasks: readonly CatalogueEntry[]): ReadonlyMap<string, readonly string[]> {
  const tags = new Map<string, string[]>()
  for (const { name, fields } of tasks) {
    const own: unknown = fields['tag']
    for (const tag of Array.isArray(own) ? (own as unknown[]) : [own]) if (typeof tag === 'string') tags.set(tag, [...(tags.get(tag) ?? []), name])
  }
  return new Map([...tags].map(([tag, names]) => [tag, names.sort()]))
}
