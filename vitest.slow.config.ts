import { defineConfig } from 'vitest/config'
import { builtSources } from './test/built-sources.ts'
import { temporaryDirectory } from './test/temporary-directory-of-run.ts'

/** Suites of minutes: they install Python packages, need a real checkpoint, or measure processes. `npm run test:slow` */
export default defineConfig({
  plugins: [builtSources, temporaryDirectory],
  test: {
    include: ['test/**/*.slow.ts'],
    globalSetup: ['test/temporary-directory-of-run.ts'],
    setupFiles: 'test/own-temporary-directory.ts',
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // They measure memory and time moments.
    fileParallelism: false,
  },
})
