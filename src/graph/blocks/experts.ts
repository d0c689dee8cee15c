/**
 * A mixture of experts: each token goes through the experts that its router chooses, and through no other. Which tokens an expert has is known only when the
 * graph runs. Operators are those that CUDA has kernels for; devices without whole numbers of 64 bits leave the choice to the CPU (ADR 19).
 */
import type { ModelConfig } from '../../model/config/config.ts'
import { numberedModule } from '../../model/families/tensor-names.ts'
import { DATA_TYPE } from '../onnx-model.ts'
import type { Block } from './block.ts'
import { project } from './project.ts'
import { widened } from './widened.ts'

type ExpertsConfig = Pick<ModelConfig, 'activation' | 'tensorNames' | 'experts' | 'hiddenSize' | 'intermediateSize' | 'feedForwardBias'>

/** How a device takes experts. */
export interface ExpertsForm {
  /** Every expert has a row, the first token if no token chose it, and that row is not used: kernels of devices do not all take none. */
  readonly haveSpareRow: boolean
}

/** The weighted sum of the chosen experts, plus the shared expert. */
export function mixtureOfExperts(layer: Block<ExpertsConfig>, input: string, form: ExpertsForm): string {
  const { g, config } = layer
  const { layer: modules } = config.tensorNames
  const { count, chosen, sharedWidth } = config.experts!
  const block = { ...layer, config: { ...config, feedForwardBias: false } }
  const { weights, choices } = chooseExperts(block, project(block, modules.router!, input))
  const { tokens, order } = tokensOfExperts(block, choices, form)
  const outputs = tokens.map((ofExpert, expert) => {
    const named = (module: string) => numberedModule(module, expert)
    const { expertGate: gate, expertUp: up, expertDown: down } = modules
    return widened(block, { gate: named(gate!), up: named(up!), down: named(down!) }, g.node('Gather', [input, ofExpert]))
  })
  const ofTokens = g.node('Gather', [count === 1 ? outputs[0]! : g.node('Concat', outputs, { axis: 0 }), order])
  // One product instead of Mul and ReduceSum: what all chosen experts give is the largest tensor of the block, and is read once.
  const ofChoices = g.node('Reshape', [ofTokens, g.integers([-1, chosen, config.hiddenSize])])
  const sums = g.node('MatMul', [g.node('Unsqueeze', [weights, g.integers([1])]), ofChoices])
  const mixed = g.node('Reshape', [sums, g.integers([-1, config.hiddenSize])])
  return sharedWidth === undefined ? mixed : g.node('Add', [mixed, sharedExpert(block, input)])
}

/** The expert that all tokens have, times the sigmoid of its gate. */
function sharedExpert(block: Block<ExpertsConfig>, input: string): string {
  const { sharedGate: gate, sharedUp: up, sharedDown: down, sharedSwitch } = block.config.tensorNames.layer
  const share = block.g.node('Sigmoid', [project(block, sharedSwitch!, input)])
  return block.g.node('Mul', [share, widened(block, { gate, up, down: down! }, input)])
}

/** Numbers and weights of the chosen experts, both [N, chosen], of router logits [N, experts]. In f32, as transformers computes them. */
function chooseExperts({ g, config, weights: { type } }: Block<ExpertsConfig>, typed: string): { readonly weights: string; readonly choices: string } {
  const { chosen, isNormalized } = config.experts!
  const logits = type === 'float' ? typed : g.node('Cast', [typed], { to: DATA_TYPE.float })
  // A softmax over the chosen logits is the softmax over all divided by the sum of the chosen.
  const scores = isNormalized ? logits : g.node('Softmax', [logits], { axis: -1 })
  const [values, choices] = g.nodes('TopK', [scores, g.integers([chosen])], 2, { axis: -1 })
  const weights = isNormalized ? g.node('Softmax', [values!], { axis: -1 }) : values!
  return { weights: type === 'float' ? weights : g.node('Cast', [weights], { to: DATA_TYPE[type] }), choices: choices! }
}

/**
 * The tokens of each expert, and where the result of each choice [N × chosen] is among those of all experts one after another.
 */
function tokensOfExperts(
  { g, config }: Block<ExpertsConfig>,
  choices: string,
  { haveSpareRow }: ExpertsForm,
): { readonly tokens: readonly string[]; readonly order: string } {
  const { count, chosen } = config.experts!
  const made = g.node('Reshape', [choices, g.integers([-1])])
  const numbers = g.integers(Array.from({ length: count }, (_, expert) => expert))
  const flat = haveSpareRow ? g.node('Concat', [made, numbers], { axis: 0 }) : made
  const [experts, named] = [g.node('Unsqueeze', [numbers, g.integers([1])]), g.node('Unsqueeze', [flat, g.integers([0])])]
  // CUDA's Equal is of an older version than the graph's.
  const isChosen = g.node('And', [g.node('LessOrEqual', [experts, named]), g.node('LessOrEqual', [named, experts])])
  // [2, N × chosen]: experts, and for each the choices that name it.
  const slots = g.node('Gather', [g.node('NonZero', [isChosen]), g.integers(1)])
  const size = g.node('Gather', [g.node('Shape', [slots]), g.integers(0)])
  const order = g.node('ScatterElements', [slots, slots, g.node('Range', [g.integers(0), size, g.integers(1)])], { axis: 0 })
  const counts = g.node('ReduceSum', [g.node('Cast', [isChosen], { to: DATA_TYPE.int64 }), g.integers([1])], { keepdims: 0 })
  const tokens = g.node('Div', [slots, g.integers([chosen])])
  if (!haveSpareRow) return { tokens: g.nodes('Split', [tokens, counts], count, { axis: 0 }), order }
  const known = g.node('Where', [g.node('Less', [slots, g.node('Shape', [made])]), tokens, g.integers([0])])
  return {
    tokens: g.nodes('Split', [known, counts], count, { axis: 0 }),
    order: g.node('Slice', [order, g.integers([0]), g.node('Shape', [made]), g.integers([0])]),
  }
}
