/** What onnxruntime's and the drivers' libraries write to standard error: for whoever explains a failure, and never raw on the user's terminal. */
import type { Readable } from 'node:stream'

/** Lines that are kept, the last ones. */
const MOST_LINES = 50
/** Characters of a line. */
const LONGEST = 500

/** Reads a stream; comes back with what gives its last lines so far. */
export function nativeMessages(stream: Readable): () => readonly string[] {
  const lines: string[] = []
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!.slice(0, LONGEST)
    lines.push(...parts.map((line) => line.trimEnd().slice(0, LONGEST)).filter((line) => line !== ''))
    lines.splice(0, lines.length - MOST_LINES)
  })
  // A pipe that breaks says no more.
  stream.on('error', () => {})
  return () => (rest.trim() === '' ? [...lines] : [...lines, rest.trimEnd()])
}

/** Known messages, and what they mean for a user. */
const MEANINGS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/Couldn't load Vulkan: (\S+): cannot open shared object file/u, (found) => `the Vulkan loader ${found[1]} is not installed`],
  [/VK_ERROR_INCOMPATIBLE_DRIVER|vkCreateInstance failed/u, () => 'the Vulkan loader finds no driver that works'],
  [/libEGL|libGLESv2|libX11|wayland/iu, () => 'no display is there, which computing does not need'],
  [/Couldn't load D3D12|d3d12\.dll/iu, () => 'Direct3D 12 is not there'],
  [/VK_ERROR_OUT_OF_DEVICE_MEMORY/u, () => 'the GPU is out of memory'],
]

/** What libraries said, in words of ours; of what is not known, the first line as it is. Places in their source and stack lines are left out. */
export function explainNativeMessages(lines: readonly string[]): string[] {
  const said = lines.filter((line) => !/^\s*at /u.test(line))
  const known = said.map((line) => {
    for (const [pattern, meaning] of MEANINGS) {
      const found = pattern.exec(line)
      if (found) return meaning(found)
    }
    return undefined
  })
  const unknown = said.filter((_, index) => known[index] === undefined)
  const rest =
    unknown.length === 0 ? [] : [`its library says ${JSON.stringify(unknown[0])}${unknown.length > 1 ? ` and ${unknown.length - 1} lines more` : ''}`]
  return [...new Set([...known.flatMap((meaning) => meaning ?? []), ...rest])]
}
