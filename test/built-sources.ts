/**
 * Tests import src/ and tasks/ by their TypeScript names and get the built files of dist/, as a user does. Node loads those natively, and a child process
 * that a module starts is plain JavaScript too: starting one from TypeScript takes about ten times the processor time.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = path.join(import.meta.dirname, '..')

/** As `npm run build` does, without types: `npm run types` checks them, and declarations take three quarters of the time. */
function build(): void {
  rmSync(path.join(ROOT, 'dist'), { recursive: true, force: true })
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** A Vite plugin. It builds before anything of src/ is loaded. */
export const builtSources = {
  name: 'built-sources',
  enforce: 'pre' as const,
  config() {
    build()
  },
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
