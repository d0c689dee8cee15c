/** What of a template's syntax is supported: told when the template is read, not at the first row. */
import { FILTER_NAMES } from './filters.ts'
import type { Argument, Binary, Expression, Node } from './nodes.ts'
import { METHOD_NAMES } from './subscript.ts'
import { TemplateError } from './template-error.ts'

/** Tests after `is`. */
export const TEST_NAMES = ['boolean', 'defined', 'even', 'float', 'integer', 'mapping', 'none', 'number', 'odd', 'string', 'undefined'] as const

const COMPARISONS: readonly string[] = ['==', '!=', '<', '>', '<=', '>=', 'in', 'not in']
const MOST_DEPTH = 100

/** Fails with TemplateError on syntax, filters, methods and tests that are not supported. */
export function checkNode(node: Node, depth = 0): void {
  if (depth > MOST_DEPTH) throw new TemplateError('it is nested too deeply')
  const check = (...nodes: readonly (Node | null | undefined)[]) => nodes.forEach((each) => each && checkNode(each, depth + 1))
  switch (node.type) {
    case 'Program':
      return check(...node.body)
    case 'If':
      return check(node.test, ...node.body, ...node.alternate)
    case 'For':
      if (node.loopvar.type === 'TupleLiteral' && node.loopvar.value.some(({ type }) => type !== 'Identifier')) refuse('a loop variable that is not a name')
      return check(node.iterable, ...node.body, ...node.defaultBlock)
    case 'Set':
      if (node.assignee.type !== 'Identifier') refuse('set of something else than one name')
      return check(node.value, ...node.body)
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return check(...node.value)
    case 'ObjectLiteral':
      return check(...[...node.value].flat())
    case 'MemberExpression':
      return check(node.object, node.property)
    case 'SliceExpression':
      return check(node.start, node.stop, node.step)
    case 'CallExpression':
      checkCallee(node.callee)
      return check(node.callee, ...node.args.map(argumentValue))
    case 'UnaryExpression':
      return check(node.argument)
    case 'BinaryExpression':
      checkBinary(node)
      return check(node.left, node.right)
    case 'FilterExpression':
      return checkFilter(node, check)
    case 'TestExpression':
      if (!(TEST_NAMES as readonly string[]).includes(node.test.value)) refuse(`the test ${node.test.value}`)
      return check(node.operand)
    case 'SelectExpression':
      return check(node.lhs, node.test)
    case 'Ternary':
      return check(node.condition, node.trueExpr, node.falseExpr)
    case 'IntegerLiteral':
      if (!Number.isSafeInteger(node.value)) refuse('a number that large')
      return
    case 'Identifier':
    case 'FloatLiteral':
    case 'StringLiteral':
    case 'Comment':
      return
    default:
      refuse((node as { readonly type: string }).type)
  }
}

/** The value of an argument, which may have a name. */
export function argumentValue(argument: Argument): Expression {
  if (argument.type === 'KeywordArgumentExpression') return argument.value
  return argument
}

function checkFilter({ operand, filter }: Extract<Expression, { type: 'FilterExpression' }>, check: (...nodes: readonly Node[]) => void): void {
  const callee = filter.type === 'CallExpression' ? filter.callee : filter
  if (callee.type !== 'Identifier') return refuse('a filter that is not a name')
  if (!FILTER_NAMES.includes(callee.value)) refuse(`the filter ${callee.value}`)
  check(operand, ...(filter.type === 'CallExpression' ? filter.args.map(argumentValue) : []))
}

function checkCallee(callee: Expression): void {
  if (callee.type === 'Identifier' && callee.value === 'range') return
  if (callee.type === 'Identifier') refuse(`the function ${callee.value}`)
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') refuse('a call of something else than a method')
  const { value: name } = callee.property
  if (!METHOD_NAMES.has(name)) refuse(`the method ${name}`)
}

/** Where the parser and Jinja2 differ: `a < b < c` is two comparisons in Jinja2, and `~` binds stronger than `+`. */
function checkBinary({ operator, left }: Binary): void {
  if (left.type !== 'BinaryExpression') return
  if (COMPARISONS.includes(operator.value) && COMPARISONS.includes(left.operator.value)) refuse('a comparison of a comparison')
  if (operator.value === '~' && ['+', '-'].includes(left.operator.value)) refuse('~ after + or -')
}

function refuse(what: string): never {
  throw new TemplateError(`${what} is not supported`)
}
