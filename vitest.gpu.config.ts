import { defineConfig } from 'vitest/config'

/** The WebGPU provider over a graphics processor in software: minutes. `npm run test:gpu` */
export default defineConfig({
  test: {
    include: ['test/**/*.gpu.ts'],
    globalSetup: 'test/build.ts',
    pool: 'forks',
    execArgv: ['--import', 'tsx'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Each takes all cores.
    fileParallelism: false,
  },
})
