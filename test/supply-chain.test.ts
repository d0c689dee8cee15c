/** What an installation brings along: exact versions, known contents, no scripts, known licenses. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { licensesPage } from '../scripts/licenses.ts'

const ROOT = path.join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

interface Locked {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly license?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}
const LOCK = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> }
const PACKAGES = Object.entries(LOCK.packages).filter(([place]) => place !== '')
const MANIFEST = JSON.parse(read('package.json')) as {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly scripts: Record<string, string>
}

test('package.json names exact versions, and the lockfile has them', () => {
  for (const [name, version] of Object.entries({ ...MANIFEST.dependencies, ...MANIFEST.devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/u)
    expect(LOCK.packages[`node_modules/${name}`]?.version, name).toBe(version)
  }
})

test('every locked package is of the registry, in one version, known by its hash', () => {
  expect(PACKAGES.length).toBeGreaterThan(100)
  for (const [place, { version, integrity, resolved }] of PACKAGES) {
    expect(version, place).toMatch(/^\d+\.\d+\.\d+(?:[-+][\w.-]+)?$/u)
    expect(integrity, place).toMatch(/^sha512-[\w+/]{86}==$/u)
    expect(resolved ?? 'https://registry.npmjs.org/', place).toMatch(/^https:\/\/registry\.npmjs\.org\//u)
  }
})

test('install scripts are off, and the packages that have one do without', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/mu)
  expect(PACKAGES.filter(([, { hasInstallScript }]) => hasInstallScript).map(([place]) => place)).toEqual([
    'node_modules/esbuild',
    'node_modules/onnxruntime-node',
  ])
  // Nothing of ours runs when the package is installed, either.
  expect(Object.keys(MANIFEST.scripts).filter((name) => /^(?:pre|post)?(?:install|prepare|prepublish|pack)/u.test(name))).toEqual([])
})

test('what is shipped has a permissive license', () => {
  const known = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Unlicense', 'Python-2.0', 'BlueOak-1.0.0', '(MIT OR CC0-1.0)'])
  for (const [place, { dev, license }] of PACKAGES) if (!dev) expect(known, `${place} is under ${license}`).toContain(license)
})

test('docs/licenses.md is current; `npm run licenses` writes it', () => expect(read('docs/licenses.md')).toBe(licensesPage(LOCK)))

test('workflows run actions by commit, with no more rights than they need', () => {
  for (const file of readdirSync(path.join(ROOT, '.github/workflows'))) {
    const text = read(`.github/workflows/${file}`)
    const workflow = parse(text) as {
      permissions: unknown
      jobs: Record<string, { permissions: Record<string, string>; steps: { uses?: string; run?: string }[] }>
    }
    expect(workflow.permissions).toEqual({})
    for (const { permissions, steps } of Object.values(workflow.jobs)) {
      expect(permissions['contents']).toBe('read')
      for (const { uses, run } of steps) {
        if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/u)
        // A name that anybody can choose, such as a tag's, must not be part of a script.
        if (run !== undefined) expect(run).not.toContain('${{')
        if (run?.startsWith('npm ci')) expect(run).toContain('--ignore-scripts')
      }
    }
  }
  expect(read('.github/workflows/release.yml')).toMatch(/id-token: write[^]*npm publish --provenance/u)
})
