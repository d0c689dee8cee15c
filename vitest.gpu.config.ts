import { defineConfig } from 'vitest/config'
import slow from './vitest.slow.config.ts'

/** The WebGPU provider over a graphics processor in software: minutes, and all cores, as the slow suites. `npm run test:gpu` */
export default defineConfig({ ...slow, test: { ...slow.test, include: ['test/**/*.gpu.ts'] } })
