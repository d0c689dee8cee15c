/**
 * Whether CUDA has a kernel for every node of the graph for graphics processors. No GPU takes part: operators and types are compared with a list.
 *
 * The list: docs/OperatorKernels.md of microsoft/onnxruntime, commit 001d12d2623fd411ce0f83d05abb5e82304a3389, CUDAExecutionProvider: of each operator
 * the newest row, with those of its types that matter here. A row such as `13+` has no upper version, and onnxruntime takes such a kernel only for
 * operators whose own version is that one (as WebGPU showed: its Sin of 7+ is not taken for Sin of 22).
 * Versions of operators in opset 23: `onnx.defs.get_schema(name, 23).since_version` of onnx 1.23.2.
 */
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/model/config/config.ts'
import { readWeights } from '../../src/model/weights/weights.ts'
import { deviceDecoderGraph } from '../../src/graph/decoder.ts'
import { DATA_TYPE, type DataType, type FloatType, type Graph, type Node } from '../../src/graph/onnx-model.ts'
import { FAMILIES, fixtureRequests } from '../fixture-requests.ts'

const floats: readonly DataType[] = ['float', 'float16', 'bfloat16']
const numbers: readonly DataType[] = [...floats, 'int32', 'int64']
const any: readonly DataType[] = [...numbers, 'bool']

/** [version in opset 23, the kernel's version, its types]. */
const CUDA: Readonly<Record<string, readonly [number, number, readonly DataType[]]>> = {
  Add: [14, 14, numbers],
  And: [7, 7, ['bool']],
  ArgMax: [13, 13, ['float', 'float16']],
  Cast: [23, 23, any],
  Concat: [13, 13, any],
  Div: [14, 14, numbers],
  Erf: [13, 13, floats],
  Exp: [13, 13, floats],
  Gather: [13, 13, any],
  GatherElements: [13, 13, any],
  Gemm: [13, 13, floats],
  LayerNormalization: [17, 17, floats],
  Less: [13, 13, ['float', 'float16', 'int32', 'int64']],
  LessOrEqual: [16, 16, ['float', 'float16', 'int32', 'int64']],
  Log: [13, 13, ['float', 'float16']],
  MatMul: [13, 13, floats],
  Max: [13, 13, numbers],
  Min: [13, 13, numbers],
  Mul: [14, 14, numbers],
  NonZero: [13, 13, ['bool', 'float', 'float16', 'int32', 'int64']],
  Range: [11, 11, ['float', 'int32', 'int64']],
  ReduceSum: [13, 13, numbers],
  Relu: [14, 14, floats],
  Reshape: [23, 23, any],
  RMSNormalization: [23, 23, floats],
  RotaryEmbedding: [23, 23, floats],
  ScatterElements: [18, 18, any],
  Shape: [23, 23, any],
  Sigmoid: [13, 13, floats],
  Slice: [13, 13, any],
  Softmax: [13, 13, floats],
  Split: [18, 18, any],
  Sqrt: [13, 13, floats],
  Sub: [14, 14, numbers],
  Tanh: [13, 13, floats],
  TopK: [11, 11, ['float', 'float16', 'int32', 'int64']],
  Transpose: [23, 23, any],
  Unsqueeze: [23, 23, any],
  Where: [16, 16, numbers],
}

/** These steer from the CPU: CUDA's Loop and Identity of 19+ are not taken for those of 23. */
const STEERING = ['Identity', 'Loop']

describe.each(['float', 'float16', 'bfloat16'] as const)('in %s', (type) => {
  test.each(FAMILIES)('every node of %s has a kernel on CUDA', async (family) => {
    const { folder } = fixtureRequests(family)
    const config = await readConfig(folder)
    const graph = deviceDecoderGraph(config, await readWeights(folder, config), type, { chunkCount: 2 })
    expect(graph.opsetVersion).toBe(23)
    const used = typedNodes(graph).filter(({ operator }) => !STEERING.includes(operator))
    expect(used.length).toBeGreaterThan(100)
    const missing = used.filter(({ operator, input }) => {
      const [version, kernelVersion, types] = CUDA[operator] ?? []
      return version === undefined || version !== kernelVersion || !types!.includes(input)
    })
    expect([...new Set(missing.map(({ operator, input }) => `${operator} of ${input}`))]).toEqual([])
  })

  test('weights that are stored in this type are used in place, without a cast', async () => {
    const stored: Readonly<Record<FloatType, string>> = { float: 'llama2', float16: 'mistral', bfloat16: 'qwen3' }
    const { folder } = fixtureRequests(stored[type])
    const config = await readConfig(folder)
    const graph = deviceDecoderGraph(config, await readWeights(folder, config), type)
    const weights = new Set(graph.initializers.flatMap(({ kind, name }) => (kind === 'external' ? [name] : [])))
    expect(weights.size).toBeGreaterThan(10)
    expect(graph.nodes.filter(({ operator, inputs }) => operator === 'Cast' && weights.has(inputs[0]!))).toEqual([])
  })
})

test('the log-softmax is computed in f32 whatever the type', async () => {
  const { folder } = fixtureRequests('qwen3')
  const config = await readConfig(folder)
  const nodes = typedNodes(deviceDecoderGraph(config, await readWeights(folder, config), 'bfloat16'))
  const ofHead = nodes.filter(({ operator }) => ['ArgMax', 'Exp', 'Log', 'ReduceSum'].includes(operator))
  expect(ofHead.map(({ operator, input }) => [operator, input])).toEqual(['ArgMax', 'Exp', 'ReduceSum', 'Log'].map((operator) => [operator, 'float']))
})

interface TypedNode {
  readonly operator: string
  /** Of the value that the operator works on. */
  readonly input: DataType
}

/** All nodes, those of loops' bodies among them, with the types of what they work on. */
function typedNodes(graph: Graph, outer: ReadonlyMap<string, DataType> = new Map()): TypedNode[] {
  const types = new Map(outer)
  for (const { name, type } of [...graph.inputs, ...graph.initializers]) types.set(name, type)
  return graph.nodes.flatMap((node) => {
    const input = types.get(node.inputs[node.operator === 'Where' ? 1 : 0]!)!
    node.outputs.forEach((name, index) => types.set(name, node.operator === 'TopK' && index === 1 ? 'int64' : outputType(node, input)))
    const body = node.attributes['body']
    const inside = typeof body === 'object' && 'graph' in body ? typedNodes((body as { graph: Graph }).graph, types) : []
    return [...inside, { operator: node.operator, input }]
  })
}

function outputType({ operator, attributes }: Node, input: DataType): DataType {
  switch (operator) {
    case 'Cast':
      return (Object.keys(DATA_TYPE) as DataType[]).find((name) => DATA_TYPE[name] === attributes['to'])!
    case 'And':
    case 'Less':
    case 'LessOrEqual':
      return 'bool'
    case 'ArgMax':
    case 'NonZero':
    case 'Shape':
      return 'int64'
    default:
      return input
  }
}
