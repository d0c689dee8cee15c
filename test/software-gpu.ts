/** A graphics processor in software: SwiftShader, the Vulkan driver in Chromium's packages. What is done on it is what is done on any, only slower. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { attempt, type Reference } from './reference.ts'

const MANIFESTS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map((folder) => `${folder}/vk_swiftshader_icd.json`)

/** Makes Vulkan see SwiftShader and nothing else, in this process and those that it starts; comes back with the driver's manifest. */
export function softwareGpu(): Reference {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'SwiftShader is taken from packages of Linux x64' }
  const manifest = MANIFESTS.find((file) => existsSync(file))
  if (manifest === undefined) return { missing: 'no SwiftShader here: apt-get install chromium' }
  const libraries = attempt(() => execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }))
  if (!libraries.value?.includes('libvulkan.so.1')) return { missing: 'no libvulkan.so.1 here: apt-get install libvulkan1' }
  process.env['VK_ICD_FILENAMES'] = manifest
  return { value: manifest }
}
