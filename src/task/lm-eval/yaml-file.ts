/**
 * Files of lm-eval's tasks: YAML 1.1 as PyYAML reads it, with `include` and the tag `!function`; lm-eval `tasks/_yaml_loader.py`. Files are untrusted:
 * none outside of the given folder is read.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { CollectionTag, ScalarTag, Tags } from 'yaml'
import { UsageError } from '../../errors.ts'
import { parseYaml } from '../../io/parse-yaml.ts'
import { timeLimit } from '../../io/time-limit.ts'
import { errorText } from '../../text/error-text.ts'
import { isWithin } from '../../text/is-within.ts'
import { isRecord } from '../field-checks.ts'
import { indentQuoted } from './indent-quoted.ts'

/** Largest file in bytes; lm-eval's largest has 190 kB of few-shot samples. */
const MOST_BYTES = 2_000_000
/** Most files that one task includes, by way of others too. */
const MOST_INCLUDES = 50

/** lm-eval's files take some milliseconds. */
const inTime = timeLimit(3000)

/** `!function module.name`: a function beside the file. */
export class FunctionReference {
  /** Folder of the file that names it. */
  readonly folder: string
  readonly name: string
  constructor(folder: string, name: string) {
    this.folder = folder
    this.name = name
  }
}

/** The keys of a task or group. */
export type YamlFields = Readonly<Record<string, unknown>>

/** `metadata.version` of a task or group; 0 if it has none, or one that is not a number. */
export function versionOf({ metadata }: YamlFields): number {
  const version = isRecord(metadata) ? Number(metadata['version']) : Number.NaN
  return Number.isFinite(version) ? version : 0
}

/** Files that were read, by path: many tasks include one file. */
export type ReadFiles = Map<string, Promise<YamlFields>>

/** The folder that files must be in, and the files that were read. */
interface Source {
  readonly root: string
  readonly read: ReadFiles
}

/** Reads a file with all that it includes; its own keys win. Files must be in `root`. Fails with UsageError. */
export async function readTaskYaml(file: string, root: string, read: ReadFiles = new Map()): Promise<YamlFields> {
  return readIncluding(await insideOf(root, file, file), { root, read }, new Set())
}

async function readIncluding(file: string, source: Source, seen: Set<string>): Promise<YamlFields> {
  if (seen.has(file)) throw new UsageError(`${file}: include: the file includes itself`, 'Remove one of the includes.')
  if (seen.size > MOST_INCLUDES) throw new UsageError(`${file}: include: more than ${MOST_INCLUDES} files`, 'Put the keys into fewer files.')
  seen.add(file)
  const fields = source.read.get(file) ?? readFields(file)
  source.read.set(file, fields)
  const { include, ...own } = await fields
  if (include === undefined || include === null) return own
  let merged: YamlFields = {}
  for (const name of Array.isArray(include) ? (include as unknown[]) : [include]) {
    if (typeof name !== 'string') throw new UsageError(`${file}: include: ${JSON.stringify(name)} is not the name of a file`, 'Write include: FILE.yaml.')
    const included = await insideOf(source.root, path.resolve(path.dirname(file), name), `${file}: include: ${name}`)
    const { task_list: _, ...fields } = await readIncluding(included, source, seen)
    merged = { ...merged, ...fields }
  }
  return { ...merged, ...own }
}

/** The real path of a file. Fails with UsageError if it does not exist or is outside of `root`, links followed. */
async function insideOf(root: string, file: string, shown: string): Promise<string> {
  let real: string
  try {
    real = await realpath(file)
  } catch (cause) {
    throw new UsageError(`${shown}: no such file`, 'Give the path of a YAML file.', { cause })
  }
  if (!isWithin(await realpath(root), real))
    throw new UsageError(
      `${shown}: the file is outside of ${root}`,
      'Files of a task are read from one folder: give the one that has all, --include-path DIR --tasks NAME.',
    )
  return real
}

async function readFields(file: string): Promise<YamlFields> {
  const { size } = await stat(file)
  if (size > MOST_BYTES) throw new UsageError(`${file} has ${size} bytes`, `A task has ${MOST_BYTES} bytes at most.`)
  let content: unknown
  try {
    content = parsePythonYaml(await readFile(file, 'utf8'), path.dirname(file))
  } catch (cause) {
    throw new UsageError(`${file}: not YAML: ${errorText(cause)}`, 'Correct the file; lm-eval reads it as YAML 1.1.', { cause })
  }
  if (isRecord(content)) return content
  throw new UsageError(`${file}: not a task: the file has no keys`, 'Write task: NAME and the other keys; see docs/task-authoring.md.')
}

function parsePythonYaml(text: string, folder: string): unknown {
  const parse = (yaml: string) => parseYaml(yaml, { version: '1.1', uniqueKeys: false, keepSourceTokens: false, customTags: tagsOf(folder) }).content
  try {
    return parse(text)
  } catch (error) {
    const indented = inTime(() => indentQuoted(text))
    if (indented === text) throw error
    return parse(indented)
  }
}

/** YAML 1.1 takes y and n for yes and no, PyYAML does not. */
function tagsOf(folder: string): (tags: Tags) => Tags {
  const reference: ScalarTag = { tag: '!function', resolve: (name) => new FunctionReference(folder, name) }
  return (tags) => [...tags.map(withoutLetters), reference]
}

function withoutLetters(tag: Tags[number]): CollectionTag | ScalarTag | Extract<Tags[number], string> {
  if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:bool' || !('test' in tag) || !tag.test) return tag
  const { test } = tag
  return { ...tag, test: new RegExp(`^(?![yYnN]$)(?:${test.source})`, test.flags) }
}
