import { expect, test } from 'vitest'
import { operatorsOnCpu, placedNodes } from '../../../src/engine/devices/placement.ts'
import { STEERING_OPERATORS } from '../../../src/engine/devices/providers/provider.ts'

/** Events as onnxruntime 1.30 writes them, without times and sizes. */
const event = (operator: string, provider: string, type: string, shape: readonly number[]) => ({
  cat: 'Node',
  name: `${operator}_1_kernel_time`,
  args: { op_name: operator, provider: `${provider}ExecutionProvider`, output_type_shape: [{ [type]: shape }] },
})

const profile = (...events: readonly object[]) => JSON.stringify([{ cat: 'Session', name: 'model_run', args: {} }, ...events])

test('operators that ran on the CPU are named, each once', () => {
  const nodes = placedNodes(
    profile(
      event('Gemm', 'WebGpu', 'float', [24, 32]),
      event('Sin', 'CPU', 'float', [1, 24, 8]),
      event('Attention', 'CPU', 'float16', [1, 24, 32]),
      event('Sin', 'CPU', 'float', [1, 24, 8]),
      event('Slice', 'CPU', 'int32', [8, 151]),
    ),
  )
  expect(nodes).toHaveLength(5)
  expect(operatorsOnCpu(nodes, { operators: STEERING_OPERATORS })).toEqual(['Attention', 'Sin', 'Slice'])
})

test('experts may be chosen on the CPU: nothing else with fractions', () => {
  const routing = [event('TopK', 'CPU', 'float', [24, 2]), event('NonZero', 'CPU', 'int64', [2, 48]), event('LessOrEqual', 'CPU', 'bool', [5, 48])]
  const nodes = placedNodes(profile(...routing, event('Softmax', 'CPU', 'float', [24, 2])))
  expect(operatorsOnCpu(nodes, { operators: STEERING_OPERATORS, choosesExperts: true })).toEqual(['Softmax'])
  expect(operatorsOnCpu(nodes, { operators: STEERING_OPERATORS })).toEqual(['LessOrEqual', 'NonZero', 'Softmax', 'TopK'])
})

test('steering, copies and arithmetic on shapes may be there; a single number with a fraction may not', () => {
  const steering = [
    event('Loop', 'CPU', 'float', [1, 67, 4]),
    event('MemcpyToHost', 'CPU', 'float', [24, 32]),
    event('Gather', 'CPU', 'int64', []),
    event('Identity', 'CPU', 'bool', []),
    event('Concat', 'CPU', 'int64', [3]),
  ]
  expect(operatorsOnCpu(placedNodes(profile(...steering)), { operators: STEERING_OPERATORS })).toEqual([])
  expect(operatorsOnCpu(placedNodes(profile(...steering, event('Mul', 'CPU', 'float', []))), { operators: STEERING_OPERATORS })).toEqual(['Mul'])
})
