/** The CUDA provider of onnxruntime-node: too large for npm, so the package has a script that fetches it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

/** The folder of the installed onnxruntime-node. */
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))

const library = (name: string) => path.join(PACKAGE, 'bin/napi-v6', process.platform, process.arch, `libonnxruntime_providers_${name}.so`)

/** Whether the provider has been fetched: two libraries beside the binding. */
export function hasCudaProvider(): boolean {
  return existsSync(library('cuda')) && existsSync(library('shared'))
}

/** Libraries of CUDA and cuDNN that the fetched provider asks for and the system does not have, by file name. */
export async function missingCudaLibraries(): Promise<string[]> {
  const listed = await promisify(execFile)('ldd', [library('cuda')]).then(
    ({ stdout }) => stdout,
    () => '',
  )
  return parseMissing(listed)
}

const NOT_FOUND = ' => not found'

/** Of what `ldd` prints. */
export function parseMissing(listed: string): string[] {
  const lines = listed.split('\n').map((line) => line.trim())
  return lines.filter((line) => line.endsWith(NOT_FOUND)).map((line) => line.slice(0, -NOT_FOUND.length))
}

/** Fetches it from nuget.org, whatever npm's settings say of install scripts. */
export const CUDA_COMMAND = `node ${path.relative(process.cwd(), path.join(PACKAGE, 'script/install.js'))} --onnxruntime-node-install`
