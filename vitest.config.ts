import { defineConfig } from 'vitest/config'
import { builtSources } from './test/built-sources.ts'
import { temporaryDirectory } from './test/temporary-directory-of-run.ts'

export default defineConfig({
  plugins: [builtSources, temporaryDirectory],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary-directory-of-run.ts'],
    setupFiles: 'test/own-temporary-directory.ts',
    pool: 'forks',
    // Most of a file's time is waiting for the programs that it starts, so a worker a core is not too many.
    maxWorkers: '100%',
    // Files of one worker share what they import, a fifth of the time; each cleans up its own stubs.
    isolate: false,
    // `npm test` leaves out what is tagged; `npm run test:tagged` runs it.
    tags: [{ name: 'slow', description: 'takes more than about a second on two cores' }],
    testTimeout: 30_000,
  },
})
