/** The CUDA provider of onnxruntime-node: too large for npm, so the package has a script that fetches it. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The folder of the installed onnxruntime-node. */
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))

/** Whether the provider has been fetched: two libraries beside the binding. */
export function hasCudaProvider(): boolean {
  return ['cuda', 'shared'].every((name) =>
    existsSync(path.join(PACKAGE, 'bin/napi-v6', process.platform, process.arch, `libonnxruntime_providers_${name}.so`)),
  )
}

/** Fetches it from nuget.org, whatever npm's settings say of install scripts. */
export const CUDA_COMMAND = `node ${path.relative(process.cwd(), path.join(PACKAGE, 'script/install.js'))} --onnxruntime-node-install`
