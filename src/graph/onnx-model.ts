/** An ONNX model as plain data, and its protobuf bytes. Field numbers are those of onnx.proto (IR version 10). */
import protobuf from 'protobufjs'

/** ONNX TensorProto.DataType. */
export const DATA_TYPE = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, double: 11, bfloat16: 16, float8e4m3fn: 17 } as const
export type DataType = keyof typeof DATA_TYPE
/** Types in which a graph may calculate. */
export type FloatType = Extract<DataType, 'float' | 'float16' | 'bfloat16'>

/** A value of an attribute: whole numbers become INT, tagged numbers FLOAT, arrays INTS. */
export type Attribute = number | { readonly float: number } | string | readonly number[] | { readonly graph: Graph }

export interface Node {
  /** With its domain before it if it is not one of ONNX's own: `com.microsoft.MatMulNBits`. */
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A constant: small ones inline, weights as a byte range of a file. */
export type Initializer =
  | {
      readonly kind: 'inline'
      readonly name: string
      readonly type: DataType
      readonly shape: readonly number[]
      readonly values: Float32Array | Int32Array | BigInt64Array
    }
  | {
      readonly kind: 'external'
      readonly name: string
      readonly type: DataType
      readonly shape: readonly number[]
      /** Relative to the folder that the session is given. */
      readonly location: string
      readonly byteOffset: number
      readonly byteLength: number
    }

/** Name, element type and extents; a text names an extent that is known at run time. */
export interface ValueInfo {
  readonly name: string
  readonly type: DataType
  /** Absent if the shape is inferred. */
  readonly shape?: readonly (number | string)[]
}

export interface Graph {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Of ONNX's own operators, in the whole model; the newest that is used anywhere when absent. */
  readonly opsetVersion?: number
}

const OPSET_VERSION = 24
/** A kernel without an upper version serves only operators of its own first one: CUDA's of Cast, Reshape, Shape and Unsqueeze are of 23. */
export const DEVICE_OPSET_VERSION = 23
const IR_VERSION = 10
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const

/** The bytes of an ONNX ModelProto that holds `graph`. */
export function encodeModel(graph: Graph): Uint8Array {
  const opsetImport = [{ domain: '', version: graph.opsetVersion ?? OPSET_VERSION }, ...otherDomains(graph).map((domain) => ({ domain, version: 1 }))]
  const message = { irVersion: IR_VERSION, producerName: 'evalharness', graph: graphProto(graph), opsetImport }
  return ModelProto.encode(ModelProto.create(message)).finish()
}

/** Domains of a graph's operators and of its bodies', but for ONNX's own. */
function otherDomains({ nodes }: Graph): string[] {
  const bodies = nodes.flatMap(({ attributes }) =>
    Object.values(attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? [value.graph] : [])),
  )
  const domains = [...nodes.flatMap(({ operator }) => splitOperator(operator).domain ?? []), ...bodies.flatMap(otherDomains)]
  return [...new Set(domains)]
}

function splitOperator(operator: string): { readonly opType: string; readonly domain?: string } {
  const dot = operator.lastIndexOf('.')
  return dot === -1 ? { opType: operator } : { opType: operator.slice(dot + 1), domain: operator.slice(0, dot) }
}

function graphProto(graph: Graph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(({ operator, inputs, outputs, attributes }) => ({
      ...splitOperator(operator),
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeValue(value) })),
    })),
    initializer: graph.initializers.map(tensorProto),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
  }
}

function attributeValue(value: Attribute): object {
  if (typeof value === 'number') return { type: ATTRIBUTE_TYPE.int, i: value }
  if (typeof value === 'string') return { type: ATTRIBUTE_TYPE.string, s: Buffer.from(value) }
  if (Array.isArray(value)) return { type: ATTRIBUTE_TYPE.ints, ints: value }
  if ('float' in value) return { type: ATTRIBUTE_TYPE.float, f: value.float }
  return { type: ATTRIBUTE_TYPE.graph, g: graphProto((value as { graph: Graph }).graph) }
}

function tensorProto(tensor: Initializer): object {
  const common = { name: tensor.name, dataType: DATA_TYPE[tensor.type], dims: tensor.shape }
  if (tensor.kind === 'inline') {
    const { buffer, byteOffset, byteLength } = tensor.values
    return { ...common, rawData: new Uint8Array(buffer, byteOffset, byteLength) }
  }
  const place = { location: tensor.location, offset: String(tensor.byteOffset), length: String(tensor.byteLength) }
  return { ...common, dataLocation: 1, externalData: Object.entries(place).map(([key, value]) => ({ key, value })) }
}

function valueInfoProto({ name, type, shape }: ValueInfo): object {
  const dim = shape?.map((extent) => (typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent }))
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], ...(dim && { shape: { dim } }) } } }
}

/** The part of onnx.proto that these models use: [field number, type, repeated?]. */
const ModelProto = schema({
  ModelProto: { irVersion: [1, 'int64'], producerName: [2, 'string'], graph: [7, 'GraphProto'], opsetImport: [8, 'OperatorSetIdProto', 'repeated'] },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    g: [6, 'GraphProto'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    externalData: [13, 'StringStringEntryProto', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
})

function schema(messages: Readonly<Record<string, Readonly<Record<string, readonly [number, string, 'repeated'?]>>>>): protobuf.Type {
  const nested = Object.fromEntries(
    Object.entries(messages).map(([message, fields]) => [
      message,
      { fields: Object.fromEntries(Object.entries(fields).map(([name, [id, type, rule]]) => [name, { id, type, ...(rule && { rule }) }])) },
    ]),
  )
  return protobuf.Root.fromJSON({ nested }).lookupType('ModelProto')
}
