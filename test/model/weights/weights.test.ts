/** Which files of a folder are used, the notices about the others, and the errors if weights and config.json disagree. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const FIXTURES = path.join(import.meta.dirname, '../../checkpoints')
const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

function copyOf(fixture: string): string {
  const folder = path.join(temporaryFolder(), 'model')
  cpSync(path.join(FIXTURES, fixture), folder, { recursive: true })
  return folder
}

function writeConfig(folder: string, changes: Readonly<Record<string, unknown>>): void {
  const file = path.join(folder, 'config.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }))
}

interface TestTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Buffer
}

function readTensors(file: string): Map<string, TestTensor> {
  const content = readFileSync(file)
  const start = 8 + Number(content.readBigUInt64LE())
  const header = JSON.parse(content.subarray(8, start).toString('utf8')) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>
  return new Map(
    Object.entries(header).flatMap(([name, { dtype, shape, data_offsets: offsets }]): [string, TestTensor][] =>
      name === '__metadata__' ? [] : [[name, { dtype, shape, bytes: content.subarray(start + offsets[0], start + offsets[1]) }]],
    ),
  )
}

function writeTensors(file: string, tensors: ReadonlyMap<string, TestTensor>): void {
  let end = 0
  const header = Object.fromEntries(
    [...tensors].map(([name, { dtype, shape, bytes }]) => [name, { dtype, shape, data_offsets: [end, (end += bytes.length)] as const }]),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  writeFileSync(file, Buffer.concat([length, text, ...[...tensors.values()].map(({ bytes }) => bytes)]))
}

/** Changes the tensors of the single file. */
function changeTensors(folder: string, change: (tensors: Map<string, TestTensor>) => void): void {
  const file = path.join(folder, SINGLE)
  const tensors = readTensors(file)
  change(tensors)
  writeTensors(file, tensors)
}

const read = async (folder: string) => readWeights(folder, await readConfig(folder))
const zeros = (...shape: number[]): TestTensor => ({ dtype: 'F32', shape, bytes: Buffer.alloc(4 * shape.reduce((product, extent) => product * extent, 1)) })

describe('a single file and an index', () => {
  /** The single file of a model beside an index whose shards hold zeros, as an older save leaves them. */
  function stale({ withShards = true } = {}): string {
    const folder = copyOf('llama2')
    const old = new Map([...readTensors(path.join(folder, SINGLE))].map(([name, tensor]) => [name, { ...tensor, bytes: Buffer.alloc(tensor.bytes.length) }]))
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const names = [...old.keys()]
    const shardOf = (index: number) => shards[index < names.length / 2 ? 0 : 1]!
    for (const shard of shards) if (withShards) writeTensors(path.join(folder, shard), new Map([...old].filter((_, index) => shardOf(index) === shard)))
    writeFileSync(path.join(folder, INDEX), JSON.stringify({ weight_map: Object.fromEntries(names.map((name, index) => [name, shardOf(index)])) }))
    return folder
  }

  test.each([{ withShards: true }, { withShards: false }])('the single file wins and a notice says so, %o', async (options) => {
    const { files, notices } = await read(stale(options))
    expect(files).toEqual([SINGLE])
    expect(notices).toEqual([
      `the folder holds ${SINGLE} and ${INDEX} and the 2 files that it names: ${SINGLE} is scored, as transformers does; remove the other, or the wrong one`,
    ])
  })

  test('without the single file the index is read, and a missing shard is an error that names it', async () => {
    const folder = stale()
    rmSync(path.join(folder, SINGLE))
    expect((await read(folder)).files).toHaveLength(2)
    rmSync(path.join(folder, 'model-00002-of-00002.safetensors'))
    await expect(read(folder)).rejects.toThrow('no such weight file: ' + path.join(folder, 'model-00002-of-00002.safetensors'))
  })

  test('a broken index does not matter beside the single file', async () => {
    const folder = copyOf('llama2')
    writeFileSync(path.join(folder, INDEX), '{')
    expect((await read(folder)).notices).toHaveLength(1)
  })

  test('an index that names only the single file causes no notice', async () => {
    const folder = copyOf('llama2')
    writeFileSync(path.join(folder, INDEX), JSON.stringify({ weight_map: { 'lm_head.weight': SINGLE } }))
    expect((await read(folder)).notices).toEqual([])
  })
})

describe('tensors that the model does not use', () => {
  test.each(['llama2', 'qwen3', 'smollm2'])('%s: frequencies and a head equal to the embeddings are nothing to speak of', async (fixture) => {
    expect(await read(copyOf(fixture))).toMatchObject({ notices: [] })
  })

  test('biases that the config does not have are named', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => {
      for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) tensors.set(`model.layers.0.self_attn.${name}.bias`, zeros(32))
    })
    expect((await read(folder)).notices).toEqual([
      'the weights hold tensors that the model does not use, as in transformers: model.layers.0.self_attn.q_proj.bias, model.layers.0.self_attn.k_proj.bias, model.layers.0.self_attn.v_proj.bias and 1 more',
    ])
  })

  test('layers beyond num_hidden_layers are named', async () => {
    const folder = copyOf('llama2')
    writeConfig(folder, { num_hidden_layers: 1 })
    expect((await read(folder)).notices).toEqual(['the weights hold layer 1 beyond num_hidden_layers 1 of config.json: not used, as transformers does'])
  })

  test('a head that the config ties and that has other values is not used, and a notice says so', async () => {
    const folder = copyOf('llama2')
    writeConfig(folder, { tie_word_embeddings: true })
    expect((await read(folder)).notices).toEqual([
      'config.json ties the head to the embeddings, and the weights hold lm_head.weight with other values: not used, as in lm-eval, which ties them; transformers alone would use it. If the model has a head of its own, set tie_word_embeddings to false',
    ])
  })

  test('one value is enough, and a copy in another type is a copy', async () => {
    const folder = copyOf('qwen3')
    const head = (change: (bytes: Buffer) => Buffer, dtype: string) =>
      changeTensors(folder, (tensors) => {
        const copy = tensors.get('model.embed_tokens.weight')!
        tensors.set('lm_head.weight', { dtype, shape: copy.shape, bytes: change(Buffer.from(copy.bytes)) })
      })
    // bfloat16 is the upper half of a float32.
    const widened = (bytes: Buffer) =>
      Buffer.concat(Array.from({ length: bytes.length / 2 }, (_, index) => Buffer.of(0, 0, bytes[2 * index]!, bytes[2 * index + 1]!)))
    head(widened, 'F32')
    expect((await read(folder)).notices).toEqual([])
    head((bytes) => {
      const wide = widened(bytes)
      wide[wide.length - 3]! ^= 1
      return wide
    }, 'F32')
    expect((await read(folder)).notices).toHaveLength(1)
  })
})

describe('weights that do not fit config.json', () => {
  test('a layer that is narrower than the others is named with its shape: width pruning', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => {
      for (const [name, shape] of [
        ['gate_proj', [40, 32]],
        ['up_proj', [40, 32]],
        ['down_proj', [32, 40]],
      ] as const)
        tensors.set(`model.layers.1.mlp.${name}.weight`, zeros(...shape))
    })
    await expect(read(folder)).rejects.toThrow(
      'tensor model.layers.1.mlp.gate_proj.weight has shape [40, 32], config.json calls for [64, 32] (intermediate_size is 64): layers of different widths, as width pruning leaves them, are not supported',
    )
  })

  test('so is one with fewer heads', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => tensors.set('model.layers.0.self_attn.q_proj.weight', zeros(24, 32)))
    await expect(read(folder)).rejects.toThrow('config.json calls for [32, 32] (num_attention_heads is 4): layers of different widths')
  })

  test('if all layers are narrower the field that says so is named', async () => {
    const folder = copyOf('llama2')
    writeConfig(folder, { intermediate_size: 128 })
    await expect(read(folder)).rejects.toMatchObject({
      message: expect.stringContaining('calls for [128, 32] (intermediate_size is 128)') as string,
      hint: expect.stringContaining('Set intermediate_size to 64') as string,
    })
    writeConfig(folder, { intermediate_size: 64, vocab_size: 100 })
    await expect(read(folder)).rejects.toMatchObject({ hint: expect.stringContaining('Set vocab_size to 128') as string })
  })

  test('a gap in the numbers of layers is named', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => {
      for (const [name, tensor] of tensors) {
        if (!name.startsWith('model.layers.1.')) continue
        tensors.delete(name)
        tensors.set(name.replace('layers.1', 'layers.3'), tensor)
      }
    })
    await expect(read(folder)).rejects.toThrow('the weights hold 2 layers, 0, 3, config.json has num_hidden_layers 2')
  })

  test.each([
    ['_orig_mod.', (name: string) => `_orig_mod.${name}`, 'there is _orig_mod.model.embed_tokens.weight'],
    ['language_model.', (name: string) => `language_model.${name}`, 'there is language_model.model.embed_tokens.weight'],
  ])('names that begin with %s are shown', async (_, rename, message) => {
    const folder = copyOf('llama2')
    const file = path.join(folder, SINGLE)
    writeTensors(file, new Map([...readTensors(file)].map(([name, tensor]) => [rename(name), tensor])))
    await expect(read(folder)).rejects.toThrow(message)
  })

  test('packed weights without a quantization_config are reported as packed', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => tensors.set('model.layers.0.mlp.up_proj.qweight', { dtype: 'I32', shape: [4, 64], bytes: Buffer.alloc(1024) }))
    await expect(read(folder)).rejects.toMatchObject({ hint: expect.stringContaining('quantization_config') as string })
  })
})

const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 269060552\n'

describe('files that are not what their names say', () => {
  test.each([
    [LFS, 'is a git-LFS pointer', 'git lfs pull'],
    ['<!DOCTYPE html><html><head>', 'is a web page', 'Download the file again'.toLowerCase()],
    ['GGUF\u0003\0\0\0', 'is a GGUF file', 'gguf_file'],
    ['PK\u0003\u0004…', 'is a zip archive', 'save_pretrained'],
  ])('weights that begin with %j', async (content, what, hint) => {
    const folder = copyOf('llama2')
    writeFileSync(path.join(folder, SINGLE), content, 'latin1')
    await expect(read(folder)).rejects.toThrow(CheckpointError)
    await expect(read(folder)).rejects.toMatchObject({
      message: expect.stringContaining(`${SINGLE} ${what}`) as string,
      hint: expect.stringMatching(new RegExp(hint, 'iu')) as string,
    })
  })

  test('config.json as a git-LFS pointer', async () => {
    const folder = copyOf('llama2')
    writeFileSync(path.join(folder, 'config.json'), LFS)
    await expect(read(folder)).rejects.toThrow('config.json is a git-LFS pointer, not the file itself')
  })

  test('a header of 640 bytes begins like a pickle but is not one', async () => {
    const folder = copyOf('llama2')
    const file = path.join(folder, SINGLE)
    const tensors = readTensors(file)
    const lengthWith = (name: string) => {
      writeTensors(file, new Map([...tensors, [name, zeros(1)]]))
      return Number(readFileSync(file).readBigUInt64LE())
    }
    const name = 'x'.padEnd(1 + ((0x280 - lengthWith('x')) & 0xff), 'x')
    lengthWith(name)
    const wanted = (lengthWith(name) & 0xff) === 0x80
    expect(wanted).toBe(true)
    await expect(read(folder)).resolves.toBeDefined()
  })

  test.each([
    ['pytorch_model.bin', 'a pickle, which is never read', 'save_pretrained'],
    ['pytorch_model-00001-of-00002.bin', 'a pickle', 'save_pretrained'],
    ['consolidated.00.pth', 'a pickle', 'save_pretrained'],
    ['model.pt', 'a pickle', 'save_pretrained'],
    ['model-Q4_K_M.gguf', 'GGUF, which is not read', 'gguf_file'],
    ['ggml-model-q4_0.bin', 'GGML', 'checkpoint that it was made from'],
    ['model.onnx', 'an ONNX graph', 'exported from'],
    ['tf_model.h5', 'weights of TensorFlow', 'save_pretrained'],
    ['model.fp16.safetensors', 'weights in another precision or format', 'rename it to model.safetensors'],
    ['model-00001-of-00002.safetensors', `a shard without ${INDEX}`, 'index'],
    ['consolidated.safetensors', 'weights under the names of another library', 'model.safetensors'],
    ['weights.safetensors', 'not called model.safetensors', 'rename'],
    ['adapter_model.safetensors', 'an adapter, not a model', 'adapter=FOLDER'],
  ])('a folder with only %s', async (name, what, hint) => {
    const folder = copyOf('llama2')
    renameSync(path.join(folder, SINGLE), path.join(folder, name))
    await expect(read(folder)).rejects.toMatchObject({
      message: expect.stringContaining(`it holds ${name}, ${what}`) as string,
      hint: expect.stringContaining(hint) as string,
    })
  })

  test('a folder without weights', async () => {
    const folder = copyOf('llama2')
    rmSync(path.join(folder, SINGLE))
    mkdirSync(path.join(folder, 'original'))
    await expect(read(folder)).rejects.toThrow(`no weights in ${folder}: neither ${SINGLE} nor ${INDEX}`)
  })
})

describe('weights without the base prefix', () => {
  test('are those with it', async () => {
    const folder = copyOf('llama2')
    const before = await read(folder)
    changeTensors(folder, (tensors) => {
      for (const [name, tensor] of Array.from(tensors)) {
        tensors.delete(name)
        tensors.set(name.replace(/^model\./u, ''), tensor)
      }
    })
    const { tensors, notices } = await read(folder)
    expect([...tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort())
    expect(notices).toEqual([])
  })

  test('beside those with it are an error', async () => {
    const folder = copyOf('llama2')
    changeTensors(folder, (tensors) => tensors.set('norm.weight', tensors.get('model.norm.weight')!))
    await expect(read(folder)).rejects.toThrow('holds tensor model.norm.weight twice, with and without a prefix')
  })
})

test('F64 weights are weights', async () => {
  const folder = copyOf('llama2')
  changeTensors(folder, (tensors) => {
    const { shape } = tensors.get('model.norm.weight')!
    tensors.set('model.norm.weight', { dtype: 'F64', shape, bytes: Buffer.alloc(8 * shape[0]!) })
  })
  expect((await read(folder)).tensors.get('model.norm.weight')!.dtype).toBe('F64')
})
