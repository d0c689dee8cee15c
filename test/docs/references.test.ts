/** What the documentation refers to is there: links and their headings, paths, tests by name, npm scripts. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { STAGES } from '../../oxlint.config.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...markdownFiles('docs')]
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

function markdownFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []))
}

const withoutFences = (text: string) => text.replaceAll(/^```[^]*?^```$/gmu, '')
/** The anchor that GitHub makes of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page)

  test('its links lead to files and headings that exist', () => {
    const missing = [...withoutFences(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/gu)].flatMap(([, file, heading]) => {
      const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file!)
      if (!existsSync(path.join(ROOT, target))) return [target]
      if (heading === undefined) return []
      const headings = [...read(target).matchAll(/^#+ (.+)$/gmu)].map((match) => anchor(match[1]!))
      return headings.includes(heading) ? [] : [`${target}#${heading}`]
    })
    expect(missing).toEqual([])
  })

  test('the files of this repository that it names exist', () => {
    const named = [...withoutFences(text).matchAll(/(?<![\w./<-])(?:src|test|scripts|tasks|docs|demo)\/[\w./-]*\w\/?/gu)].map(([name]) => name)
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)) && !EXAMPLES.has(name))).toEqual([])
  })

  test('the npm scripts that it names exist', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> }).scripts)
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w:]*)/gu)].map(([, name]) => name!)
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  // A table cannot be wrapped, and a link stays whole.
  test('prose lines have at most 100 characters', () => {
    const prose = withoutFences(text)
      .split('\n')
      .filter((line) => !/^[|#!]/u.test(line))
    expect(prose.filter((line) => line.length > 100)).toEqual([])
  })
})

/** Names in examples of what a user may have. */
const EXAMPLES: ReadonlySet<string> = new Set(['tasks/'])

test('docs/reliability.md names tests that exist', () => {
  const files = ['test/faults.slow.ts', 'test/signals.slow.ts'].map(read).join('\n')
  const table = read('docs/reliability.md').split('## Which silent errors')[0]!
  const names = [...table.matchAll(/^\|.*\|([^|]*)\|$/gmu)].flatMap(([, cell]) => [...cell!.matchAll(/"([^"]+)"/gu)].map(([, name]) => name!))
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => !files.includes(name))).toEqual([])
})

test('docs/architecture.md names functions that are where it says', () => {
  const named = [...read('docs/architecture.md').matchAll(/`(\w+)`\s+(?:\(|\| )`(src\/[\w./-]+\.ts)`/gu)].map(([, name, file]) => [name!, file!] as const)
  expect(named.length).toBeGreaterThan(15)
  const isThere = (name: string, file: string) => new RegExp(`^export (?:async )?(?:function\\*?|const|class) ${name}\\b`, 'mu').test(read(file))
  expect(named.filter(([name, file]) => !isThere(name, file))).toEqual([])
})

describe.each(['docs/architecture.md', 'docs/extending.md', 'CONTRIBUTING.md'])('code spans of %s', (page) => {
  const spans = [...withoutFences(read(page)).matchAll(/`([^`\n]+)`/gu)].map(([, span]) => span!)

  test('names of functions, types, constants and fields are in the code, or in the examples of the page', () => {
    const examples =
      read(page)
        .match(/^```ts$[^]*?^```$/gmu)
        ?.join('\n') ?? ''
    const words = new Set(`${sourceText()}\n${examples}`.match(/\w+/gu))
    const named = spans.filter((span) => /^(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]+(?:_[A-Z]+)+)$/u.test(span))
    expect(named.filter((name) => !words.has(name) && !OF_OTHERS.has(name))).toEqual([])
  })

  test('names of files are those of files here', () => {
    const files = filesBelow('.')
    const named = spans.filter((span) => /^[\w./-]+\.(?:ts|js|py|json|yml)$|^\.[\w/]+$/u.test(span) && !/[A-Z]{2}/u.test(span))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)) && !OF_OTHERS.has(name))).toEqual([])
  })
})

/** Code spans that name something else: a secret of GitHub, a tag, a part of file names. */
const OF_OTHERS: ReadonlySet<string> = new Set(['NPM_TOKEN', 'vVERSION', '.partial'])

const filesBelow = (folder: string) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', folder], { cwd: ROOT, encoding: 'utf8' }).split('\n')

/** The code without comments: a name that only a comment has is not there. */
function sourceText(): string {
  return filesBelow('src')
    .filter((file) => file.endsWith('.ts') && existsSync(path.join(ROOT, file)))
    .map((file) => read(file).replaceAll(/\/\*\*[^]*?\*\/|\/\/ .*$/gmu, ''))
    .join('\n')
}

test('the map of docs/architecture.md is the list of stages', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| `src\/([\w.-]+)\/?` \| (.*) \|$/gmu)].map(([, name, contents]) => ({
    name: name!,
    isPure: contents!.startsWith('pure'),
  }))
  const program = new Set(['index.ts', 'cli.ts'])
  expect(rows).toEqual(STAGES.filter(({ name }) => !program.has(name)).map(({ name, isPure = false }) => ({ name, isPure })))
})
