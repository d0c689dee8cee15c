/** Where onnxruntime put the nodes of a graph: it gives what a provider has no kernel for to the CPU, and says so only in its profile. */

/** A node that ran. */
export interface PlacedNode {
  readonly operator: string
  /** `CPUExecutionProvider`, `WebGpuExecutionProvider`… */
  readonly provider: string
  /** Element type and extents of each output. */
  readonly outputs: readonly { readonly type: string; readonly shape: readonly number[] }[]
}

/** The part of a profile's event that is read. Written by onnxruntime's profiler, in the format of Chrome's trace viewer. */
interface ProfileEvent {
  readonly cat?: string
  readonly args?: { readonly op_name?: string; readonly provider?: string; readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[] }
}

/** Reads the nodes from a profile: JSON that onnxruntime wrote. Bodies of loops are among them. */
export function placedNodes(profile: string): PlacedNode[] {
  return (JSON.parse(profile) as readonly ProfileEvent[]).flatMap(({ cat, args }) =>
    cat === 'Node' && args?.op_name !== undefined && args.provider
      ? [
          {
            operator: args.op_name,
            provider: args.provider,
            outputs: (args.output_type_shape ?? []).flatMap((output) => Object.entries(output).map(([type, shape]) => ({ type, shape }))),
          },
        ]
      : [],
  )
}

/** Numbers of a shape, a count or a condition: more than these are data. */
const SHAPE_VALUES = 8
/** These run what is inside them where that is placed, or move data. */
const STEERING = new Set(['Loop', 'If', 'Scan', 'MemcpyFromHost', 'MemcpyToHost'])

/** Operators that computed on the CPU, each once, in alphabetical order. Steering and arithmetic on shapes may be there. */
export function operatorsOnCpu(nodes: readonly PlacedNode[]): string[] {
  const strays = nodes.filter(({ operator, provider, outputs }) => provider === 'CPUExecutionProvider' && !STEERING.has(operator) && outputs.some(isData))
  return [...new Set(strays.map(({ operator }) => operator))].sort()
}

function isData({ type, shape }: PlacedNode['outputs'][number]): boolean {
  return !['int64', 'int32', 'bool'].includes(type) || shape.reduce((product, extent) => product * extent, 1) > SHAPE_VALUES
}
