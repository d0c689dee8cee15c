/** `--model NAME=WHERE`: a folder, or a repository of the hub. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError, UsageError } from '../errors.ts'
import type { ModelSource } from '../evaluate.ts'
import { fetchModelSnapshot } from '../hub/hub.ts'

/** A model as the user named it. */
export interface ModelOption {
  readonly label: string
  readonly source: string
}

/** `NAME=WHERE` or `WHERE`, which is then named for its last part. */
export function parseModelOption(option: string): ModelOption {
  const [, label, source] = /^([^=/\\]+)=(.+)$/su.exec(option) ?? [undefined, undefined, option]
  if (source === undefined || source === '')
    throw new UsageError(`--model ${JSON.stringify(option)} names no model`, 'Give --model NAME=FOLDER or NAME=OWNER/REPO.')
  return { label: label ?? path.basename(source.split('@')[0]!), source }
}

/** Finds the files: a folder as it is; `OWNER/REPO` or `OWNER/REPO@REVISION` is fetched into the hub's cache. */
export async function locateModel({ label, source }: ModelOption, onNotice: (notice: string) => void): Promise<ModelSource> {
  if (await isFolder(source)) return { label, source, folder: source, revision: null }
  const [, repo, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/u.exec(source) ?? []
  const looksLocal = repo === undefined || source.startsWith('.') || path.isAbsolute(source)
  if (looksLocal)
    throw new CheckpointError(
      `no such model folder: ${source}`,
      'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
    )
  onNotice(`${label}: no folder ${source} here, so it is taken for a repository of the hub`)
  const snapshot = await fetchModelSnapshot(repo, revision)
  return { label, source, folder: snapshot.folder, revision: snapshot.revision }
}

async function isFolder(source: string): Promise<boolean> {
  return stat(source).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}
