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

/** What to do for CUDA on this machine; null if nothing is missing. */
export async function adviseOnCuda(): Promise<CudaAdvice | null> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')))
  const shown = (place: string) => path.relative(process.cwd(), place)
  return cudaAdvice(await cudaFacts(), { folder: shown(FOLDER), installScript: shown(path.join(PACKAGE, 'script/install.js')), version })
}

async function cudaFacts(): Promise<CudaFacts> {
  const [listed, libraries, otherFolders] = await Promise.all([
    hasCudaProvider() ? programOutput('ldd', library('cuda')) : '',
    loadableLibraries(),
    foldersWithLibraries(),
  ])
  return {
    driver: await driverVersion(),
    libraries,
    otherFolders,
    provider: hasCudaProvider() ? withCudnn(parseProvider(listed), libraries) : null,
  }
}

/** The build of the wheel loads cuDNN when it is first needed, so that `ldd` does not list it. */
const CUDNN = 'libcudnn.so.9'

/** A provider with cuDNN among what it needs. */
export function withCudnn({ cuda, missing }: NonNullable<CudaFacts['provider']>, libraries: readonly string[]): NonNullable<CudaFacts['provider']> {
  return { cuda, missing: libraries.includes(CUDNN) || missing.includes(CUDNN) ? missing : [...missing, CUDNN] }
}

/** WSL has no file of it. */
async function driverVersion(): Promise<string | null> {
  const listed = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')
  return parseDriver(listed) ?? parseDriver(await programOutput('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader'))
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

const NAMES = /^lib(?:cuda|cudart|cublas|cublasLt|curand|cudnn)\.so\.\d+$/u

/** By file name: those of the loader's cache and of LD_LIBRARY_PATH. */
async function loadableLibraries(): Promise<string[]> {
  const cached = (await programOutput('/sbin/ldconfig', '-p')).split('\n').map((line) => line.trim().split(' ')[0]!)
  const folders = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const named = await Promise.all(folders.map(async (folder) => readdir(folder).catch(() => [])))
  return [...new Set([...cached, ...named.flat()])].filter((name) => NAMES.test(name))
}

/** Where containers are given the host's driver, and WSL has it. */
const DRIVER_FOLDERS = ['/usr/local/nvidia/lib64', '/usr/lib/wsl/lib']

/** Toolkits in their usual places, what pip installed beside python3, and the driver's library: those that the loader does not look in by itself. */
async function foldersWithLibraries(): Promise<{ folder: string; libraries: string[] }[]> {
  const toolkits = (await readdir('/usr/local').catch(() => [])).filter((name) => /^cuda(?:-[\d.]+)?$/u.test(name))
  const found = [...toolkits.flatMap((name) => ['lib64', 'lib'].map((lib) => path.join('/usr/local', name, lib))), ...DRIVER_FOLDERS, ...(await pipFolders())]
  const named = await Promise.all(
    found.map(async (folder) => ({ folder, libraries: (await readdir(folder).catch(() => [])).filter((name) => NAMES.test(name)) })),
  )
  return named.filter(({ libraries }) => libraries.length > 0)
}

const SITES = 'import site, sysconfig; print(sysconfig.get_path("purelib"), site.getusersitepackages(), sep="\\n")'

/** pip's packages nvidia-cublas, nvidia-cudnn-cu13 and others put their libraries below site-packages/nvidia. */
async function pipFolders(): Promise<string[]> {
  const sites = (await programOutput('python3', '-c', SITES)).split('\n').filter((site) => site !== '')
  const packages = sites.map(async (site) => {
    const folder = path.join(site, 'nvidia')
    return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name, 'lib'))
  })
  return (await Promise.all(packages)).flat()
}
