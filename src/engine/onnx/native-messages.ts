/** What the libraries of onnxruntime and of drivers write to standard error: it explains failures, and is never printed as it is. */
import type { Readable } from 'node:stream'

/** How many of the last lines are held. */
const MOST_LINES = 50
/** Characters of a line. */
const LONGEST = 500

/** Reads a stream; returns a function that gives its last lines so far. */
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
  [/libEGL|libGLESv2|libX11|wayland/iu, () => 'there is no display, which is not needed for computing'],
  [/Couldn't load D3D12|d3d12\.dll/iu, () => 'Direct3D 12 is missing'],
  [/VK_ERROR_OUT_OF_DEVICE_MEMORY/u, () => 'the GPU is out of memory'],
]

/** Explains known messages; of unknown ones, quotes the first line. Source positions and stack lines are left out. */
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
