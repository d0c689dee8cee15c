/** Watches every file that is opened, listed, copied or written through node:fs, and records those outside the given folders. */
import fs, { realpathSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'

/** Functions that read or change what a path names; those that only ask whether something is there are not among them. */
const WATCHED = [
  'open',
  'readFile',
  'readdir',
  'opendir',
  'writeFile',
  'appendFile',
  'copyFile',
  'cp',
  'mkdir',
  'rm',
  'rmdir',
  'rename',
  'unlink',
  'symlink',
  'link',
  'truncate',
] as const
const WITH_TWO_PATHS: ReadonlySet<string> = new Set(['copyFile', 'cp', 'rename', 'symlink', 'link'])

/** The files since the last check. */
export interface PathWatch {
  /** Starts a new check, of an input whose files are in `folders`. */
  readonly begin: (folders: readonly string[]) => void
  /** Real paths outside the folders that were opened, in order. */
  readonly end: () => readonly string[]
}

/** Begins to watch; modules that are imported later see the watched functions as those imported before do. */
export function watchPaths(): PathWatch {
  let allowed: readonly string[] | null = null
  let outside: string[] = []
  const see = (file: unknown) => {
    if (allowed === null || (typeof file !== 'string' && !(file instanceof URL) && !Buffer.isBuffer(file))) return
    const real = realPath(path.resolve(file instanceof URL ? decodeURIComponent(file.pathname) : String(file)))
    if (!allowed.some((folder) => real === folder || real.startsWith(folder + path.sep))) outside.push(real)
  }
  const watch = (holder: object, name: string) => {
    const original = (holder as Record<string, unknown>)[name]
    if (typeof original !== 'function') return
    const watched = (...args: unknown[]): unknown => {
      // The target of a link is relative to the link's folder.
      const isLink = name.startsWith('symlink')
      see(isLink ? path.resolve(path.dirname(String(args[1])), String(args[0])) : args[0])
      if (WITH_TWO_PATHS.has(name.replace(/Sync$/u, ''))) see(args[1])
      return Reflect.apply(original, holder, args)
    }
    ;(holder as Record<string, unknown>)[name] = watched
  }
  for (const name of WATCHED) {
    watch(fs.promises, name)
    watch(fs, name)
    watch(fs, `${name}Sync`)
  }
  syncBuiltinESMExports()
  return {
    begin(folders) {
      outside = []
      allowed = folders.map((folder) => realPath(path.resolve(folder)))
    },
    end() {
      allowed = null
      return outside
    },
  }
}

/** Links resolved as far as the path is there. */
function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    const parent = path.dirname(file)
    return parent === file ? file : path.join(realPath(parent), path.basename(file))
  }
}
