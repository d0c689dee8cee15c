/**
 * Writes docs/licenses.md: every package that an installation brings along, with its version and license, from package-lock.json.
 *
 *   npm run licenses
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { markdownBody, heading, paragraph, table } from '../src/text/markdown.ts'

const ROOT = path.join(import.meta.dirname, '..')

interface LockedPackage {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
}

/** The page's text, of the content of a package-lock.json. Packages for development are counted by license only, because they are not shipped. */
export function licensesPage(lock: { readonly packages: Readonly<Record<string, LockedPackage>> }): string {
  const packages = Object.entries(lock.packages).filter(([place]) => place !== '')
  const name = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const shipped = packages.filter(([, { dev }]) => !dev)
  const development = new Map<string, number>()
  for (const [, { dev, license = 'unknown' }] of packages) if (dev) development.set(license, (development.get(license) ?? 0) + 1)
  const rows = shipped.map(([place, { version, license = 'unknown' }]) => [name(place), version, license])
  const scripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript)
  return markdownBody([
    heading(1, 'Licenses of installed packages'),
    paragraph('`npm run licenses` writes this page from package-lock.json. evalharness is under Apache-2.0.'),
    heading(2, `With the package: ${shipped.length}`),
    table([['Package', 'Version', 'License'], ...rows.toSorted(([a], [b]) => (a! < b! ? -1 : 1))]),
    heading(2, 'For development only'),
    table([['License', 'Packages'], ...[...development].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([license, count]) => [license, String(count)])]),
    heading(2, 'Install scripts'),
    paragraph('No install script is needed, and `.npmrc` turns them off. These packages have one:'),
    table([
      ['Package', 'Version', 'Installed'],
      ...scripts.map(([place, { version, dev }]) => [name(place), version, dev ? 'for development' : 'with the package']),
    ]),
  ])
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Parameters<typeof licensesPage>[0]
  writeFileSync(path.join(ROOT, 'docs/licenses.md'), licensesPage(lock))
}
