import { defineConfig } from 'vitest/config'

/** Suites of minutes: they install Python packages, need a real checkpoint, or measure processes. `npm run test:slow` */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    globalSetup: 'test/build.ts',
    pool: 'forks',
    execArgv: ['--import', 'tsx'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // They measure memory and time moments.
    fileParallelism: false,
  },
})
