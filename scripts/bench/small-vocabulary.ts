/** A checkpoint's layers with a vocabulary of characters: the work of a model whose output head is small beside its layers, as in models of billions. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import { tensorReader } from '../../src/model/weights/tensor-bytes.ts'
import { writeSafetensors } from '../../src/model/weights/write-safetensors.ts'
import { writeCharacterTokenizer } from '../../test/tiny-model.ts'

/** Ids of the tokenizer and room for more. */
const VOCABULARY_SIZE = 176

/** Writes it into the new folder `out`. Embeddings and head are the first rows of the checkpoint's: scores mean nothing. */
export async function writeWithSmallVocabulary(checkpoint: string, out: string): Promise<void> {
  const { config, weights } = await openCheckpoint(checkpoint)
  const { embeddings, head } = config.tensorNames
  mkdirSync(out)
  const raw = JSON.parse(readFileSync(path.join(checkpoint, 'config.json'), 'utf8')) as object
  writeFileSync(path.join(out, 'config.json'), JSON.stringify({ ...raw, vocab_size: VOCABULARY_SIZE, bos_token_id: 1, eos_token_id: 2 }))
  writeCharacterTokenizer(out)
  await using reader = tensorReader(weights.root)
  const tensors = [...weights.tensors].map(([name, tensor]) => {
    const isCut = name === embeddings || name === head
    const [rows, ...others] = tensor.shape
    const byteLength = isCut ? (tensor.byteLength / rows!) * VOCABULARY_SIZE : tensor.byteLength
    return {
      name,
      dtype: tensor.dtype,
      shape: isCut ? [VOCABULARY_SIZE, ...others] : tensor.shape,
      async *bytes() {
        yield await reader.read(tensor, 0, byteLength)
      },
    }
  })
  await writeSafetensors(path.join(out, 'model.safetensors'), tensors)
}
