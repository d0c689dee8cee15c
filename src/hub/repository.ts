/** What a repository of the hub is, and which names may stand in it. */
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

/** A repository, whatever its commit. */
export type RepositoryName = Omit<Repository, 'commit'>

/** Is it a commit, in full? */
export function isCommit(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{40}$/u.test(text)
}

/** What `OWNER/NAME` or `OWNER/NAME@REVISION` names; undefined where it is neither. */
export function repositoryReference(text: string): { readonly name: string; readonly revision: string | undefined } | undefined {
  const [, name, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/u.exec(text) ?? []
  return name === undefined ? undefined : { name, revision }
}

/** May it become a path below a folder? Rejects what is absolute, climbs with `..`, or would do either on Windows. */
export function staysInFolder(file: string): boolean {
  return (
    file !== '' &&
    !path.posix.isAbsolute(file) &&
    !/[\\\0]|(?:^|\/)[a-z]:/iu.test(file) &&
    file.split('/').every((part) => part !== '..' && part !== '.' && part !== '')
  )
}

/** A path of a listing as it is. The listing comes from strangers, and its paths become paths of the cache: fails with HubError on one that would leave it. */
export function checkedPath(file: string, { name }: RepositoryName): string {
  if (!staysInFolder(file)) throw new HubError(`the listing of ${name} names ${JSON.stringify(file)}, which leaves its folder`, 'Do not use this repository.')
  return file
}

/** Fails with HubError on a name or revision that cannot be one, before either becomes part of an address or a path. */
export function checkName({ type, name }: RepositoryName, revision: string): void {
  if (!/^(?:[\w.-]+\/)?[\w.-]+$/u.test(name) || !staysInFolder(name))
    throw new HubError(`${JSON.stringify(name)} is not the name of a ${type} repository`, 'Names are OWNER/NAME.')
  if (!staysInFolder(revision)) throw new HubError(`${JSON.stringify(revision)} is not a revision of ${name}`, 'Give a branch, a tag or a commit.')
}
