/** Collects the nodes of a graph while it is described top to bottom; each call names the value that it makes. */
import type { Attribute, DataType, Graph, Initializer, Node, ValueInfo } from './onnx-model.ts'

/** A graph under construction. Values are known by their names. */
export interface GraphBuilder {
  /** Adds a node; returns the name of its only output. */
  node(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string
  /** Adds a node with `count` outputs. */
  nodes(operator: string, inputs: readonly string[], count: number, attributes?: Readonly<Record<string, Attribute>>): string[]
  /** Gives a value the name under which it leaves the graph. */
  output(value: string, name: string): void
  /** A small constant of 64-bit integers, one-dimensional unless it is a scalar. */
  integers(values: readonly number[] | number): string
  /** A small constant of 32-bit floats. */
  floats(values: Float32Array, shape: readonly number[]): string
  /** Adds a constant; returns its name. */
  initializer(tensor: Initializer): string
  /** A builder for the body of a Loop: its own nodes, names that no other body has. */
  body(): GraphBuilder
  /** What was built. */
  finish(name: string, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Graph
}

/** An empty graph. */
export function graphBuilder(counter = { next: 0 }): GraphBuilder {
  const nodeList: Node[] = []
  const initializers: Initializer[] = []
  const newName = (label: string) => `${label}_${counter.next++}`
  const builder: GraphBuilder = {
    node: (operator, inputs, attributes = {}) => builder.nodes(operator, inputs, 1, attributes)[0]!,
    nodes(operator, inputs, count, attributes = {}) {
      const outputs = Array.from({ length: count }, () => newName(operator))
      nodeList.push({ operator, inputs, outputs, attributes })
      return outputs
    },
    output: (value, name) => void nodeList.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} }),
    integers(values) {
      const list = typeof values === 'number' ? [values] : values
      return constant('int64', BigInt64Array.from(list, BigInt), typeof values === 'number' ? [] : [list.length])
    },
    floats: (values, shape) => constant('float', values, shape),
    initializer(tensor) {
      initializers.push(tensor)
      return tensor.name
    },
    body: () => graphBuilder(counter),
    finish: (name, inputs, outputs) => ({ name, nodes: nodeList, initializers, inputs, outputs }),
  }
  function constant(type: DataType, values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    return builder.initializer({ kind: 'inline', name: newName('constant'), type, shape, values })
  }
  return builder
}
