import { defineConfig } from 'vitest/config'
import { temporaryDirectory } from './test/temporary-directory-of-run.ts'

export default defineConfig({
  plugins: [temporaryDirectory],
  test: {
    include: ['test/**/*.test.ts'],
    // The engine starts its session process from the file beside it, which is TypeScript here; a forked process inherits these arguments.
    globalSetup: ['test/temporary-directory-of-run.ts', 'test/build.ts'],
    setupFiles: 'test/own-temporary-directory.ts',
    pool: 'forks',
    // Most of a file's time is waiting for the programs that it starts, so a worker a core is not too many.
    maxWorkers: '100%',
    // Files of one worker share what they import, a fifth of the time; each cleans up its own stubs.
    isolate: false,
    execArgv: ['--import', new URL('scripts/typescript.js', import.meta.url).href],
    testTimeout: 30_000,
  },
})
