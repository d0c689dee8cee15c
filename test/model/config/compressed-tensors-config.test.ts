/** quantization_config of compressed-tensors: what is read, and what is refused by name. */
import { describe, expect, test } from 'vitest'
import { parseCompressedTensors } from '../../../src/model/config/compressed-tensors-config.ts'
import { CheckpointError } from '../../../src/errors.ts'

interface Changes {
  readonly weights?: object | null
  readonly group?: object
  readonly top?: object
}

/** As llm-compressor writes W4A16, with changes. */
function config({ weights = {}, group = {}, top = {} }: Changes): unknown {
  const args = { num_bits: 4, type: 'int', symmetric: true, strategy: 'group', group_size: 128, dynamic: false, actorder: null }
  return {
    quant_method: 'compressed-tensors',
    format: 'pack-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: { targets: ['Linear'], weights: weights && { ...args, ...weights }, input_activations: null, output_activations: null, ...group },
    },
    ignore: ['lm_head'],
    kv_cache_scheme: null,
    ...top,
  }
}

const CHANNEL = { strategy: 'channel', group_size: null }
const FP8 = { num_bits: 8, type: 'float', strategy: 'tensor', group_size: null }
const FLOATS = { format: 'float-quantized' }
const W8 = { weights: { num_bits: 8, ...CHANNEL } }
const INTEGERS = { format: 'int-quantized' }
const ROUNDED = { kind: 'dynamic', isSymmetric: true }
const inputs = (more: object) => ({ input_activations: { num_bits: 8, type: 'int', symmetric: true, group_size: null, dynamic: false, ...more } })

describe('is read:', () => {
  test.each<[string, Changes, object]>([
    ['W4A16', {}, { storage: 'packed-int4', hasZeroPoints: false, scaleRows: 1, scaleColumns: 128 }],
    ['W4A16, asymmetric', { weights: { symmetric: false } }, { storage: 'packed-int4', hasZeroPoints: true, scaleRows: 1, scaleColumns: 128 }],
    ['W8A16 by channel', { weights: { ...CHANNEL, num_bits: 8 } }, { storage: 'packed-int8', hasZeroPoints: false, scaleRows: 1, scaleColumns: -1 }],
    ['the strategy from the group size', { weights: { strategy: null, group_size: -1 } }, { storage: 'packed-int4', scaleRows: 1, scaleColumns: -1 }],
    ['the format of the group', { group: { format: 'naive-quantized' }, weights: { num_bits: 8 } }, { storage: 'int8', scaleColumns: 128 }],
    ['FP8 by tensor', { weights: FP8, top: FLOATS }, { storage: 'fp8', scaleRows: -1, scaleColumns: -1 }],
    ['FP8 by block', { weights: { ...FP8, strategy: 'block', block_structure: [128, 64] }, top: FLOATS }, { storage: 'fp8', scaleRows: 128, scaleColumns: 64 }],
    ['an older block', { weights: { ...FP8, strategy: 'block', block_structure: '128x64' }, top: FLOATS }, { scaleRows: 128, scaleColumns: 64 }],
    ['names in capitals', { weights: { type: 'INT', strategy: 'GROUP' } }, { storage: 'packed-int4' }],
    ['no sparsity', { top: { sparsity_config: { format: 'dense' } } }, { storage: 'packed-int4' }],
    [
      'FP8-dynamic',
      { weights: { ...FP8, strategy: 'channel' }, top: FLOATS, group: inputs({ type: 'float', strategy: 'token', dynamic: true }) },
      { storage: 'fp8', inputs: { ...ROUNDED, type: 'fp8', columns: null } },
    ],
    [
      'W8A8',
      { ...W8, top: INTEGERS, group: inputs({ strategy: 'token', dynamic: true }) },
      { storage: 'int8', inputs: { ...ROUNDED, type: 'int8', columns: null } },
    ],
    [
      'W8A8, asymmetric',
      { ...W8, top: INTEGERS, group: inputs({ strategy: 'token', dynamic: true, symmetric: false }) },
      { inputs: { type: 'int8', isSymmetric: false } },
    ],
    ['W4A8', { group: inputs({ strategy: 'token', dynamic: true }) }, { storage: 'packed-int4', inputs: { type: 'int8' } }],
    ['W4A4', { group: inputs({ num_bits: 4, strategy: 'token', dynamic: true }) }, { inputs: { type: 'int4' } }],
    [
      'FP8 by block, inputs by group',
      {
        weights: { ...FP8, strategy: 'block', block_structure: [128, 128] },
        top: FLOATS,
        group: inputs({ type: 'float', strategy: 'group', group_size: 128, dynamic: true }),
      },
      { inputs: { ...ROUNDED, type: 'fp8', columns: 128 } },
    ],
    [
      'static FP8',
      { weights: FP8, top: FLOATS, group: inputs({ type: 'float', strategy: 'tensor' }) },
      { inputs: { kind: 'static', type: 'fp8', isSymmetric: true } },
    ],
    ['static inputs without a strategy', { ...W8, top: INTEGERS, group: inputs({}) }, { inputs: { kind: 'static', type: 'int8' } }],
    ['equal schemes', { top: { config_groups: (config({}) as { config_groups: object }).config_groups } }, { storage: 'packed-int4' }],
  ])('%s', (_, changes, expected) => {
    expect(parseCompressedTensors(config(changes), 'config.json')).toMatchObject({ method: 'compressed-tensors', ...expected })
  })
})

describe('is refused by name:', () => {
  test.each<[string, Changes, string]>([
    ['inputs with one scale for a batch', { ...W8, group: inputs({ dynamic: true }) }, 'input_activations: int of 8 bits, dynamic by tensor'],
    ['inputs in groups with stored scales', { group: inputs({ strategy: 'group', group_size: 16 }) }, 'input_activations: int of 8 bits, static by group'],
    ['NVFP4 inputs', { group: inputs({ num_bits: 4, type: 'float', strategy: 'tensor_group', dynamic: 'local' }) }, 'input_activations: float of 4 bits'],
    [
      'locally dynamic inputs',
      { group: inputs({ strategy: 'tensor_group', dynamic: 'local' }) },
      'input_activations: int of 8 bits, dynamic local by tensor_group',
    ],
    [
      'MXFP8 inputs',
      { group: inputs({ type: 'float', strategy: 'group', group_size: 32, dynamic: true, scale_dtype: 'torch.uint8' }) },
      'input_activations: float of 8 bits with scales in torch.uint8',
    ],
    [
      'asymmetric FP8 inputs',
      { group: inputs({ type: 'float', strategy: 'token', dynamic: true, symmetric: false }) },
      'input_activations: float of 8 bits, asymmetric',
    ],
    ['quantized outputs', { group: { output_activations: { num_bits: 8 } } }, 'quantized outputs (output_activations)'],
    ['a KV cache', { top: { kv_cache_scheme: { num_bits: 8, type: 'float' } } }, 'a quantized KV cache (kv_cache_scheme)'],
    ['transforms', { top: { transform_config: { config_groups: { R1: {} } } } }, 'transforms (transform_config)'],
    ['sparse weights', { top: { sparsity_config: { format: 'sparse-24-bitmask' } } }, 'sparse weights (sparse-24-bitmask)'],
    ['weights that are not compressed', { top: { quantization_status: 'frozen' } }, 'quantization_status frozen'],
    ['3 bits', { weights: { num_bits: 3 } }, 'int weights of 3 bits in the format pack-quantized'],
    ['NVFP4', { weights: { type: 'float' }, top: { format: 'nvfp4-pack-quantized' } }, 'float weights of 4 bits in the format nvfp4-pack-quantized'],
    ['marlin', { top: { format: 'marlin-24' } }, 'int weights of 4 bits in the format marlin-24'],
    ['asymmetric FP8', { weights: { ...FP8, symmetric: false }, top: FLOATS }, 'asymmetric FP8 weights'],
    ['integers by block', { weights: { strategy: 'block', block_structure: [16, 16], group_size: null } }, 'int weights by block'],
    ['asymmetric integers by tensor', { weights: { strategy: 'tensor', group_size: null, symmetric: false } }, 'asymmetric weights by tensor'],
    ['a preset', { top: { config_groups: { W4A16: ['Linear'] } } }, 'the preset W4A16'],
    ['no groups', { top: { config_groups: {} } }, 'no config_groups'],
    ['a group without weights', { weights: null }, 'a group without weights'],
    [
      'two schemes',
      { top: { config_groups: { a: { weights: { num_bits: 4, group_size: 32 } }, b: { weights: { num_bits: 4, group_size: 64 } } } } },
      'several schemes (mixed precision)',
    ],
  ])('%s', (_, changes, what) => {
    const parse = () => parseCompressedTensors(config(changes), 'config.json')
    expect(parse).toThrow(CheckpointError)
    expect(parse).toThrow(`config.json: the weights are quantized by compressed-tensors with ${what}`)
  })

  test.each([48, 8, 0, -2, 2 ** 30])('groups of %d', (size) => {
    expect(() => parseCompressedTensors(config({ weights: { group_size: size } }), 'config.json')).toThrow(`config.json: quantized in groups of ${size}`)
  })

  test.each([{}, { config_groups: 3 }, { config_groups: { a: { weights: 7 } } }, { config_groups: { a: { weights: { block_structure: '1x' } } } }])(
    '%j',
    (content) => {
      expect(() => parseCompressedTensors(content, 'config.json')).toThrow('quantization_config is malformed')
    },
  )
})
