/**
 * Tests import src/ and tasks/ by their TypeScript names and get the built files of dist/, as a user does. Node loads those natively, and a child process
 * that a module starts is plain JavaScript too: starting one from TypeScript takes about ten times the processor time.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = path.join(import.meta.dirname, '..')

/** A Vite plugin. The build itself is test/build.ts. */
export const builtSources = {
  name: 'built-sources',
  enforce: 'pre' as const,
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !source.startsWith('.') || !source.endsWith('.ts')) return undefined
    const place = path
      .relative(ROOT, path.resolve(path.dirname(importer), source))
      .split(path.sep)
      .join('/')
    if (!/^(?:src|tasks)\//u.test(place)) return undefined
    return { id: pathToFileURL(path.join(ROOT, 'dist', place.replace(/\.ts$/u, '.js'))).href, external: true }
  },
}
