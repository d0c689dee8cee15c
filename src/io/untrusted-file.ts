/** Detects, from the first bytes, files whose content does not match their name: leftovers of downloads and clones instead of weights, tokenizers and rows. */
import { open } from 'node:fs/promises'

/** The actual format of a file, and a hint. */
export interface OtherFormat {
  /** Continues a sentence that begins with the file's name: `is …`. */
  readonly what: string
  readonly hint: string
}

/** Enough bytes for the longest signature. */
const BEGINNING_BYTES = 512

/** The format by the first bytes of a file; undefined if they match none of the known other formats. */
export function otherFormatOf(beginning: Uint8Array): OtherFormat | undefined {
  const text = Buffer.from(beginning.buffer, beginning.byteOffset, Math.min(beginning.byteLength, BEGINNING_BYTES)).toString('latin1')
  if (/^(?:\xEF\xBB\xBF)?version https:\/\/git-lfs\.github\.com\/spec\//u.test(text))
    return {
      what: 'is a git-LFS pointer, not the file itself',
      hint: 'Fetch the files that git left out: run `git lfs install && git lfs pull` in that folder.',
    }
  if (/^\s*<(?:!doctype\s+html|html)[\s>]/iu.test(text))
    return { what: 'is a web page', hint: 'The download failed or needs a login; download the file again.' }
  if (text.startsWith('GGUF')) return GGUF
  if (text.startsWith('PK\u0003\u0004')) return { what: 'is a zip archive, as torch.save writes it: a pickle, which is never read', hint: PICKLE_HINT }
  // A safetensors file may begin with the same two bytes, because it begins with the length of its header; then its fourth byte is zero.
  const [mark, protocol, third, fourth] = beginning
  if (mark === 0x80 && protocol! >= 2 && protocol! <= 5 && third! > 0 && fourth! > 0)
    return { what: 'is a Python pickle, which is never read', hint: PICKLE_HINT }
  return undefined
}

/** The same for a file. Also undefined if it cannot be read; the caller reports that error. */
export async function otherFormatOfFile(file: string): Promise<OtherFormat | undefined> {
  try {
    await using handle = await open(file)
    const beginning = Buffer.alloc(BEGINNING_BYTES)
    const { bytesRead } = await handle.read(beginning, 0, BEGINNING_BYTES, 0)
    return otherFormatOf(beginning.subarray(0, bytesRead))
  } catch {
    return undefined
  }
}

/** How to make safetensors of a pickle. */
export const PICKLE_HINT =
  "A pickle can run code. Convert it if you trust it: python -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('FOLDER').save_pretrained('OUT')\""

/** The same for every GGUF file. */
export const GGUF: OtherFormat = {
  what: 'is a GGUF file, which is not read',
  hint: "Give the checkpoint that it was made from, or convert it: python -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('FOLDER', gguf_file='FILE.gguf').save_pretrained('OUT')\"",
}
