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

/** A shape, a count or a condition has at most this many values; larger tensors are data. */
const SHAPE_VALUES = 8
const WHOLE_NUMBERS = ['int64', 'int32', 'bool']

/** What may be computed on the CPU besides arithmetic on shapes. */
export interface CpuAllowance {
  readonly operators: ReadonlySet<string>
  /** Whether experts may be chosen there: the choice itself, and whole numbers of any count. */
  readonly choosesExperts?: boolean
}

/** Operators that computed on the CPU and may not, in alphabetical order. */
export function operatorsOnCpu(nodes: readonly PlacedNode[], { operators, choosesExperts = false }: CpuAllowance): string[] {
  const isAllowed = (operator: string) => operators.has(operator) || (choosesExperts && operator === 'TopK')
  const isData = ({ type, shape }: PlacedNode['outputs'][number]) =>
    !WHOLE_NUMBERS.includes(type) || (!choosesExperts && shape.reduce((product, extent) => product * extent, 1) > SHAPE_VALUES)
  const fallen = nodes.filter(({ operator, provider, outputs }) => provider === 'CPUExecutionProvider' && !isAllowed(operator) && outputs.some(isData))
  return [...new Set(fallen.map(({ operator }) => operator))].sort()
}
