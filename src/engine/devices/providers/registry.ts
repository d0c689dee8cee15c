/** The execution providers, by onnxruntime's names. `--device auto` tries them in this order, the CPU last. */
import { coreml } from './coreml.ts'
import { cpu } from './cpu.ts'
import { cuda } from './cuda.ts'
import { dml } from './dml.ts'
import type { ExecutionProvider } from './provider.ts'
import { webgpu } from './webgpu.ts'

export const PROVIDERS = { cpu, cuda, webgpu, dml, coreml } as const satisfies Record<string, ExecutionProvider>

/** Names of providers. */
export type ProviderName = keyof typeof PROVIDERS
