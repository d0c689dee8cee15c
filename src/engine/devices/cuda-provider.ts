/** The CUDA provider of onnxruntime-node, which is too large for npm, and what of CUDA this machine has. */
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { cudaAdvice, type CudaAdvice, type CudaFacts } from './cuda-advice.ts'
import { programOutput } from '../../io/program-output.ts'

/** The folder of the installed onnxruntime-node. */
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
/** Where its binding and libonnxruntime.so.1 lie. */
const FOLDER = path.join(PACKAGE, 'bin/napi-v6', process.platform, process.arch)

const library = (name: string) => path.join(FOLDER, `libonnxruntime_providers_${name}.so`)

/** Whether the provider has been installed: two libraries beside the binding. */
export function hasCudaProvider(): boolean {
  return existsSync(library('cuda')) && existsSync(library('shared'))
}

/** What to do for CUDA on this machine; null where nothing is missing. */
export async function adviseOnCuda(): Promise<CudaAdvice | null> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')))
  const shown = (place: string) => path.relative(process.cwd(), place)
  return cudaAdvice(await cudaFacts(), { folder: shown(FOLDER), installScript: shown(path.join(PACKAGE, 'script/install.js')), version })
}

async function cudaFacts(): Promise<CudaFacts> {
  const listed = hasCudaProvider() ? await programOutput('ldd', library('cuda')) : ''
  return {
    driver: parseDriver(await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')),
    libraries: await loadableLibraries(),
    otherFolders: await toolkitFolders(),
    provider: hasCudaProvider() ? parseProvider(listed) : null,
  }
}

/** Of /proc/driver/nvidia/version: `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  …`. */
export function parseDriver(text: string): string | null {
  const words = text.split('\n', 1)[0]!.split(' ')
  return words.find((word) => /^\d{3,4}\.[\d.]+$/u.test(word)) ?? null
}

const NOT_FOUND = ' => not found'

/** Of what `ldd` prints: for which CUDA the provider is, and the libraries that it asks for and the system does not have. */
export function parseProvider(listed: string): NonNullable<CudaFacts['provider']> {
  const lines = listed.split('\n').map((line) => line.trim())
  const cuda = /\blib(?:cudart|cublas)\.so\.(\d+)/u.exec(listed)?.[1]
  return {
    cuda: cuda === undefined ? null : Number(cuda),
    missing: lines.filter((line) => line.endsWith(NOT_FOUND)).map((line) => line.slice(0, -NOT_FOUND.length)),
  }
}

const NAMES = /^lib(?:cudart|cublas|cublasLt|cudnn)\.so\.\d+$/u

/** By file name: those of the loader's cache and of LD_LIBRARY_PATH. */
async function loadableLibraries(): Promise<string[]> {
  const cached = (await programOutput('/sbin/ldconfig', '-p')).split('\n').map((line) => line.trim().split(' ')[0]!)
  const folders = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const named = await Promise.all(folders.map(async (folder) => readdir(folder).catch(() => [])))
  return [...new Set([...cached, ...named.flat()])].filter((name) => NAMES.test(name))
}

/** Folders of toolkits in their usual places. */
async function toolkitFolders(): Promise<{ folder: string; cuda: number }[]> {
  const toolkits = (await readdir('/usr/local').catch(() => [])).filter((name) => /^cuda(?:-[\d.]+)?$/u.test(name))
  const found = toolkits.map(async (name) => {
    const folder = path.join('/usr/local', name, 'lib64')
    const cuda = (await readdir(folder).catch(() => [])).flatMap((file) => /^libcudart\.so\.(\d+)$/u.exec(file)?.[1] ?? [])[0]
    return cuda === undefined ? [] : [{ folder, cuda: Number(cuda) }]
  })
  return (await Promise.all(found)).flat()
}
