/** Mutations of files: of bytes, of lines, and of the structures of their format. */
import { deepList, HOSTILE_NUMBERS, HOSTILE_TEXTS } from './hostile-values.ts'
import { mutateTaskYaml, mutateTemplate } from './mutate-template.ts'
import { mutateText } from './mutate-text.ts'
import type { Random } from './random.ts'

/** Files of an input by their paths with forward slashes; a text is where a symbolic link leads. */
export type Files = Readonly<Record<string, Buffer | { readonly link: string }>>

/** Changes one to three of the files, each by one to four steps that suit its format; now and then takes a file away or, `withLinks`, puts a link in its place. */
export function mutateFiles(files: Files, random: Random, withLinks: boolean): Files {
  const changed: Record<string, Files[string]> = { ...files }
  for (let times = 1 + random.below(3) * random.below(2); times > 0; times--) {
    const name = random.oneOf(Object.keys(files))
    const content = changed[name]
    if (!Buffer.isBuffer(content)) continue
    const fate = random.below(40)
    if (fate === 0) delete changed[name]
    else if (fate === 1 && withLinks) changed[name] = { link: random.oneOf(LINKS) }
    else changed[name] = mutateFile(name, content, random)
  }
  return changed
}

/** Relative to the input's folder, which has a file `outside.safetensors` beside it. */
const LINKS = ['../outside.safetensors', '/etc/passwd', '..', '.', 'nothing', '/dev/null', '/proc/self/environ'] as const

function mutateFile(name: string, content: Buffer, random: Random): Buffer {
  let result = content
  for (let steps = 1 + random.below(4); steps > 0; steps--) result = random.oneIn(5) ? mutateBytes(result, random) : byFormat(name, result, random)
  return result
}

function byFormat(name: string, content: Buffer, random: Random): Buffer {
  switch (name.slice(name.lastIndexOf('.'))) {
    case '.json':
      return mutateJson(content, random)
    case '.jsonl':
      return mutateJsonLines(content, random)
    case '.safetensors':
      return mutateSafetensors(content, random)
    case '.parquet':
      return mutateParquet(content, random)
    case '.jinja':
      return mutateTemplate(content, random)
    case '.yaml':
      return mutateTaskYaml(content, random)
    default:
      return mutateText(content, random)
  }
}

/** Random changes at random positions, for any format. */
export function mutateBytes(content: Buffer, random: Random): Buffer {
  const place = random.below(content.length + 1)
  const length = random.below(1 + Math.min(64, content.length - place))
  const around = (middle: Uint8Array, left = place, right = place + length) => Buffer.concat([content.subarray(0, left), middle, content.subarray(right)])
  switch (random.below(8)) {
    case 0:
      return content.subarray(0, place)
    case 1:
      return around(Buffer.alloc(0))
    case 2:
      return around(Buffer.concat([content.subarray(place, place + length), content.subarray(place, place + length)]))
    case 3:
      return around(Buffer.from(Array.from({ length: 1 + random.below(16) }, () => random.below(256))))
    case 4: {
      const number = Buffer.alloc(8)
      number.writeBigUInt64LE(random.oneOf([0n, 1n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 100_000_000n, 1_000_000_000n]))
      const width = random.oneOf([4, 8])
      return around(number.subarray(0, width), place, place + width)
    }
    case 5: {
      const copy = Buffer.from(content)
      if (place < copy.length) copy[place]! ^= 1 << random.below(8)
      return copy
    }
    case 6:
      return around(content.subarray(random.below(content.length + 1)).subarray(0, 200))
    default:
      return around(Buffer.from(random.oneOf(HOSTILE_TEXTS)))
  }
}

/** The position of a value in a JSON document. */
interface Place {
  readonly holder: Record<PropertyKey, unknown>
  readonly key: string
}

/** A value, a key or a whole part is exchanged; what JSON cannot say, such as NaN or a key twice, is put into the text. */
export function mutateJson(content: Buffer, random: Random): Buffer {
  try {
    return changeJson(JSON.parse(content.toString('utf8')), random)
  } catch {
    // No JSON any more, or deeper than the stack.
    return mutateText(content, random)
  }
}

function changeJson(root: unknown, random: Random): Buffer {
  const document = { root }
  const positions = placesOf(document)
  const { holder, key } = random.oneOf(positions)
  switch (random.below(8)) {
    case 0:
      if (key === 'root') holder[key] = hostileValue(random)
      else delete holder[key]
      break
    case 1:
    case 2:
    case 3:
      holder[key] = hostileValue(random)
      break
    case 4:
      holder[key] = structuredClone(random.oneOf(positions.map((place) => place.holder[place.key])))
      break
    case 5:
      holder[key] = random.oneOf([[holder[key]], { [random.oneOf(HOSTILE_TEXTS)]: holder[key] }])
      break
    case 6: {
      // Own properties, as JSON.parse makes them: an assignment to `__proto__` would change the prototype instead.
      const value = holder[key]
      Object.defineProperty(holder, random.oneOf(HOSTILE_TEXTS), { value, enumerable: true, configurable: true, writable: true })
      break
    }
    default:
      return inJsonText(stringify(document.root), random)
  }
  return Buffer.from(stringify(document.root))
}

/** Every value; of those in the middle of a long list only one. */
function placesOf(document: { root: unknown }): Place[] {
  const positions: Place[] = []
  const walk = (holder: Record<PropertyKey, unknown>, key: string, depth: number) => {
    positions.push({ holder, key })
    const value = holder[key]
    if (typeof value !== 'object' || value === null || depth > 8) return
    const keys = Object.keys(value)
    const taken = keys.length > 24 ? [...keys.slice(0, 12), ...keys.slice(-12)] : keys
    for (const inner of taken) walk(value as Record<PropertyKey, unknown>, inner, depth + 1)
  }
  walk(document, 'root', 0)
  return positions
}

function hostileValue(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.oneOf(HOSTILE_NUMBERS)
    case 2:
    case 3:
      return random.oneOf(HOSTILE_TEXTS)
    case 4:
      return random.oneOf([null, true, false, [], {}, [null], [[]], { a: {} }])
    case 5:
      return Array.from({ length: random.oneOf([1, 100, 5000]) }, () => random.oneOf(HOSTILE_NUMBERS))
    case 6:
      return JSON.parse(`{"__proto__": ${random.oneOf(['null', '[]', '{"polluted": true}', '7'])}}`)
    default:
      // JSON.stringify goes as deep as the stack; deeper ones are put in as text.
      return deepList(random.oneOf([20, 1000]))
  }
}

function inJsonText(text: string, random: Random): Buffer {
  const depth = random.oneOf([3000, 100_000])
  const insert = random.oneOf([
    'NaN',
    '-Infinity',
    '01',
    '1e',
    '"',
    "'",
    '//',
    ',',
    '}',
    '\u0000',
    '\uFEFF',
    '\\u12',
    '{"a":1,"a":2}',
    '1'.repeat(400),
    '['.repeat(depth) + ']'.repeat(depth),
    '{"a":'.repeat(depth) + '1' + '}'.repeat(depth),
    '['.repeat(depth),
  ])
  // In the place of a value: behind a colon, a comma or a bracket.
  const starts = [...text.matchAll(/[:,[]/gu)].map(({ index }) => index + 1)
  const start = starts.length === 0 ? 0 : random.oneOf(starts)
  const [value] = /^(?:"[^"]*"|[\w.+-]*)/u.exec(text.slice(start, start + 200))!
  return Buffer.from(text.slice(0, start) + insert + text.slice(start + value.length))
}

function stringify(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}

function mutateJsonLines(content: Buffer, random: Random): Buffer {
  const lines = content.toString('utf8').split('\n')
  const rows = [...lines.keys()].filter((index) => lines[index] !== '')
  if (rows.length === 0 || random.oneIn(4)) return mutateText(content, random)
  const index = random.oneOf(rows)
  lines[index] = mutateJson(Buffer.from(lines[index]!), random).toString('utf8')
  return Buffer.from(lines.join('\n'))
}

/** The header's JSON is changed and its length stays correct, so that the change is read; sometimes the length is wrong. */
function mutateSafetensors(content: Buffer, random: Random): Buffer {
  const length = content.length < 8 ? 0 : Number(content.readBigUInt64LE())
  if (length + 8 > content.length) return mutateBytes(content, random)
  const header = mutateJson(content.subarray(8, 8 + length), random)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(random.oneIn(8) ? random.oneOf([0n, 1n, 2n ** 31n, 2n ** 63n, 100_000_000n, 100_000_001n]) : BigInt(header.length))
  return Buffer.concat([prefix, header, content.subarray(8 + length)])
}

/** `PAR1 … footer, its length, PAR1`: the footer, which is Thrift, is changed more often than the pages, and its length stays correct. */
function mutateParquet(content: Buffer, random: Random): Buffer {
  const tail = content.length - 8
  const length = tail < 0 ? 0 : content.readUInt32LE(tail)
  if (length > tail || random.oneIn(3)) return mutateBytes(content, random)
  const start = tail - length
  let footer = Buffer.from(content.subarray(start, tail))
  const place = random.below(footer.length + 1)
  // Variable-length integers of Thrift: 2^31, 2^63, a billion, and one that does not end.
  const varint = Buffer.from(
    random.oneOf(['8080808010', 'ffffffffffffffffff01', '80a8d6b907', 'ffffffffffffffffffffffffffffff', '00', 'f0', 'fc', '19fc']),
    'hex',
  )
  footer = random.oneIn(3)
    ? (mutateBytes(footer, random) as Buffer<ArrayBuffer>)
    : Buffer.concat([footer.subarray(0, place), varint, footer.subarray(place + random.below(5))])
  const end = Buffer.alloc(4)
  end.writeUInt32LE(random.oneIn(10) ? random.oneOf([0, 1, 2 ** 31, 2 ** 32 - 1]) : footer.length)
  return Buffer.concat([content.subarray(0, start), footer, end, Buffer.from('PAR1')])
}
