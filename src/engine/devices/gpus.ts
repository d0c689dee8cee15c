/** The GPUs of this machine, as the system lists them: onnxruntime chooses one itself and does not say which. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { programOutput } from '../../io/program-output.ts'

/** A GPU, or a driver that emulates one on the CPU. */
export interface Gpu {
  readonly name: string
  readonly kind: 'gpu' | 'software'
  /** Its own memory; null if the system does not say. */
  readonly memoryBytes: number | null
  readonly freeMemoryBytes: number | null
  /** Its number for CUDA; null on others. */
  readonly cudaIndex: number | null
}

/** What can be found without opening a device: NVIDIA's by nvidia-smi, others by the kernel, software drivers by Vulkan's list. */
export async function listGpus(): Promise<Gpu[]> {
  const nvidia = await nvidiaGpus()
  switch (process.platform) {
    case 'linux':
      return [...nvidia, ...(await kernelGpus(nvidia.length > 0)), ...(await softwareDrivers())]
    case 'darwin':
      // Every Mac that onnxruntime's package runs on has Metal; its memory is the machine's.
      return [{ name: 'Metal', kind: 'gpu', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }]
    default:
      return [...nvidia, ...(await windowsGpus(nvidia.length > 0))]
  }
}

/** NVIDIA's of `nvidia-smi --query-gpu=index,name,memory.total,memory.free --format=csv,noheader,nounits`, in MiB. */
export function parseNvidiaSmi(output: string): Gpu[] {
  return output.split('\n').flatMap((line): Gpu[] => {
    const [index, name, total, free] = line.split(', ')
    if (free === undefined) return []
    return [{ name: name!, kind: 'gpu', memoryBytes: Number(total) * 2 ** 20, freeMemoryBytes: Number(free) * 2 ** 20, cudaIndex: Number(index) }]
  })
}

async function nvidiaGpus(): Promise<Gpu[]> {
  return parseNvidiaSmi(await programOutput('nvidia-smi', '--query-gpu=index,name,memory.total,memory.free', '--format=csv,noheader,nounits'))
}

/** PCI vendors that make graphics processors. */
const VENDORS: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x10de': 'NVIDIA', '0x8086': 'Intel', '0x5143': 'Qualcomm' }

/** GPUs with a render node; NVIDIA's only if nvidia-smi has not listed them. */
async function kernelGpus(hasNvidia: boolean): Promise<Gpu[]> {
  const nodes = (await readdir('/sys/class/drm').catch(() => [])).filter((name) => name.startsWith('renderD'))
  const found = nodes.map(async (node): Promise<Gpu[]> => {
    const read = (file: string) =>
      readFile(path.join('/sys/class/drm', node, 'device', file), 'utf8').then(
        (text) => text.trim(),
        () => null,
      )
    const [vendor, device, total, used] = await Promise.all(['vendor', 'device', 'mem_info_vram_total', 'mem_info_vram_used'].map(read))
    const maker = VENDORS[vendor ?? '']
    if (maker === undefined || (maker === 'NVIDIA' && hasNvidia)) return []
    const memoryBytes = total ? Number(total) : null
    const freeMemoryBytes = total && used ? Number(total) - Number(used) : null
    return [{ name: `${maker} ${device ?? ''} (${node})`, kind: 'gpu', memoryBytes, freeMemoryBytes, cudaIndex: null }]
  })
  return (await Promise.all(found)).flat()
}

/** Where the Vulkan loader looks for drivers on Linux, unless the environment names them. */
const DRIVER_FOLDERS = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d']
/** Drivers that compute on the CPU, by the name of their library. */
const SOFTWARE = [
  [/swiftshader/iu, 'SwiftShader'],
  [/vulkan_lvp/iu, 'llvmpipe'],
] as const

const manifestSchema = z.object({ ICD: z.object({ library_path: z.string() }) })

async function softwareDrivers(): Promise<Gpu[]> {
  const libraries = await Promise.all((await driverManifests()).map(driverLibrary))
  const names = libraries.flatMap((library) => SOFTWARE.filter(([pattern]) => library !== null && pattern.test(library)).map(([, name]) => name))
  return [...new Set(names)].map((name) => ({ name, kind: 'software', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }))
}

/** Manifests of Vulkan drivers, as the loader finds them. */
async function driverManifests(): Promise<string[]> {
  const named = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES']
  if (named) return named.split(path.delimiter)
  const lists = DRIVER_FOLDERS.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name)))
  return (await Promise.all(lists)).flat()
}

async function driverLibrary(manifest: string): Promise<string | null> {
  const text = await readFile(manifest, 'utf8').catch(() => '')
  try {
    return manifestSchema.parse(JSON.parse(text)).ICD.library_path
  } catch {
    // A manifest that the loader could not read either.
    return null
  }
}

/** NVIDIA's only if nvidia-smi has not listed them. */
async function windowsGpus(hasNvidia: boolean): Promise<Gpu[]> {
  const names = await programOutput('powershell', '-NoProfile', '-Command', '(Get-CimInstance Win32_VideoController).Name')
  return names
    .split(/\r?\n/u)
    .filter((name) => name.trim() !== '' && !(hasNvidia && /nvidia/iu.test(name)))
    .map((name) => ({
      name: name.trim(),
      kind: /^microsoft|remote|virtual/iu.test(name) ? 'software' : 'gpu',
      memoryBytes: null,
      freeMemoryBytes: null,
      cudaIndex: null,
    }))
}
