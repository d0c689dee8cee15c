/** Repositories of the hub, and which names are valid in them. */
import path from 'node:path'
import { HubError } from '../errors.ts'

/** A repository at one commit. */
export interface Repository {
  readonly type: 'model' | 'dataset'
  /** `owner/name`. */
  readonly name: string
  /** 40 hexadecimal digits. */
  readonly commit: string
}

/** A repository without a commit. */
export type RepositoryName = Omit<Repository, 'commit'>

/** Whether a text is a full commit hash. */
export function isCommit(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{40}$/u.test(text)
}

/** Parses `OWNER/NAME` or `OWNER/NAME@REVISION`; undefined for any other text. */
export function repositoryReference(text: string): { readonly name: string; readonly revision: string | undefined } | undefined {
  const [, name, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/u.exec(text) ?? []
  return name === undefined ? undefined : { name, revision }
}

/** Whether a path stays below its folder: it is not absolute and has no `..`, on Windows either. */
export function staysInFolder(file: string): boolean {
  return (
    file !== '' &&
    !path.posix.isAbsolute(file) &&
    !/[\\\0]|(?:^|\/)[a-z]:/iu.test(file) &&
    file.split('/').every((part) => part !== '..' && part !== '.' && part !== '')
  )
}

/** The path itself. A listing is untrusted input, and its paths become paths of the cache: fails with HubError on a path that leaves its folder. */
export function checkedPath(file: string, { name }: RepositoryName): string {
  if (!staysInFolder(file)) throw new HubError(`the listing of ${name} names ${JSON.stringify(file)}, which leaves its folder`, 'Do not use this repository.')
  return file
}

/** Fails with HubError on an invalid name or revision, before either becomes part of a URL or a path. */
export function checkName({ type, name }: RepositoryName, revision: string): void {
  if (!/^(?:[\w.-]+\/)?[\w.-]+$/u.test(name) || !staysInFolder(name))
    throw new HubError(`${JSON.stringify(name)} is not the name of a ${type} repository`, 'Names are OWNER/NAME.')
  if (!staysInFolder(revision)) throw new HubError(`${JSON.stringify(revision)} is not a revision of ${name}`, 'Give a branch, a tag or a commit.')
}
