/**
 * Lets Node run TypeScript: `node --import ./scripts/typescript.js FILE.ts`. It is tsx, with its cache in node_modules instead of the temporary
 * directory, and without tsx's own process in between, which kills the program on a signal that it does not answer within 30 ms.
 */
import path from 'node:path'

const CACHE = path.join(import.meta.dirname, '../node_modules/.cache')
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP']

// tsx asks for the temporary directory once, when it is loaded.
const before = VARIABLES.map((name) => process.env[name])
for (const name of VARIABLES) process.env[name] = CACHE
await import('tsx')
VARIABLES.forEach((name, index) => {
  if (before[index] === undefined) delete process.env[name]
  else process.env[name] = before[index]
})
