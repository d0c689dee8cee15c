/** Node in several versions, from the npm registry, for tests of what differs between them. Made once below node_modules/.cache. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The program of a version on this platform, such as `20.19.0`. Fails if npm does not have it. */
export function nodeOfVersion(version: string): string {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = path.resolve('node_modules/.cache/evalharness/node', version)
  const program = path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', `${name}@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    // npm's own compile cache would stay in the temporary directory.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  return program
}
