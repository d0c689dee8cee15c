/** Renders a template for a row. Names are those of the row; nothing else can be reached. */
import { lookUp } from '../../../io/look-up.ts'
import { newBudget, type Budget } from './budget.ts'
import type { TEST_NAMES } from './check-nodes.ts'
import { applyFilter } from './filters.ts'
import type { Argument, Call, Expression, Names, Node, Statement } from './nodes.ts'
import { operate, signed } from './operators.ts'
import { pythonText } from './python-repr.ts'
import { attribute, sliced, subscript } from './subscript.ts'
import { TemplateError } from './template-error.ts'
import { defined, Dict, elements, equals, isNumber, Method, Tuple, truth, typeName, Undefined, type Arguments, type Value } from './values.ts'

/** Names and their values: those of a loop before those around it. */
interface Scope {
  readonly names: Map<string, Value>
  readonly outer: Scope | undefined
  readonly budget: Budget
}

/** The text of the template for the values of a row. Fails with TemplateError, which names what is undefined or not supported. */
export function evaluate(program: Node, row: Dict): string {
  const root = { names: new Map(row.entries), outer: undefined, budget: newBudget() }
  return run([program], { names: new Map(), outer: root, budget: root.budget })
}

function run(nodes: readonly Node[], scope: Scope): string {
  let text = ''
  for (const node of nodes) {
    const part = isStatement(node) ? execute(node, scope) : pythonText(valueOf(node, scope), scope.budget)
    scope.budget.spend(part.length)
    text += part
  }
  return text
}

function isStatement(node: Node): node is Statement {
  return ['Program', 'If', 'For', 'Set', 'Comment'].includes(node.type)
}

function execute(statement: Statement, scope: Scope): string {
  switch (statement.type) {
    case 'Program':
      return run(statement.body, scope)
    case 'If':
      return run(truth(valueOf(statement.test, scope)) ? statement.body : statement.alternate, scope)
    case 'For':
      return loop(statement, scope)
    case 'Set':
      assign(statement.assignee, statement.value ? valueOf(statement.value, scope) : run(statement.body, inner(scope)), scope)
      return ''
    case 'Comment':
      return ''
  }
}

function assign(assignee: Expression, value: Value, { names }: Scope): void {
  if (assignee.type !== 'Identifier') throw new TemplateError('set of something else than one name is not supported')
  names.set(assignee.value, value)
}

function loop({ loopvar, iterable, body, defaultBlock }: Extract<Statement, { type: 'For' }>, scope: Scope): string {
  const [list, test] = iterable.type === 'SelectExpression' ? [iterable.lhs, iterable.test] : [iterable, undefined]
  const scopes = elements(valueOf(list, scope)).map((element) => unpacked(loopvar, element, inner(scope)))
  const chosen = test ? scopes.filter((each) => truth(valueOf(test, each))) : scopes
  if (chosen.length === 0) return run(defaultBlock, scope)
  let text = ''
  for (const [index, each] of chosen.entries()) {
    each.names.set('loop', loopFacts(index, chosen.length))
    const part = run(body, each)
    scope.budget.spend(part.length)
    text += part
  }
  return text
}

function loopFacts(index: number, length: number): Dict {
  const whole = { index: index + 1, index0: index, revindex: length - index, revindex0: length - index - 1, length }
  const numbers = Object.entries(whole).map(([name, value]): [string, Value] => [name, BigInt(value)])
  return new Dict(new Map<string, Value>([...numbers, ['first', index === 0], ['last', index === length - 1]]))
}

function inner(scope: Scope): Scope {
  scope.budget.spend(0)
  return { names: new Map(), outer: scope, budget: scope.budget }
}

function unpacked(names: Names, value: Value, scope: Scope): Scope {
  if (names.type === 'Identifier') {
    scope.names.set(names.value, value)
    return scope
  }
  const parts = elements(value)
  if (parts.length !== names.value.length) throw new TemplateError(`a loop has ${names.value.length} names for ${parts.length} values`)
  names.value.forEach((name, index) => name.type === 'Identifier' && scope.names.set(name.value, parts[index]!))
  return scope
}

const CONSTANTS: Readonly<Record<string, Value>> = { true: true, false: false, none: null, True: true, False: false, None: null }

function valueOf(expression: Expression, scope: Scope): Value {
  scope.budget.spend(0)
  const of = (part: Expression) => valueOf(part, scope)
  switch (expression.type) {
    case 'Identifier':
      return lookUp(CONSTANTS, expression.value) === undefined ? nameValue(expression.value, scope) : CONSTANTS[expression.value]!
    case 'IntegerLiteral':
      return BigInt(expression.value)
    case 'FloatLiteral':
    case 'StringLiteral':
      return expression.value
    case 'ArrayLiteral':
      return expression.value.map(of)
    case 'TupleLiteral':
      return new Tuple(expression.value.map(of))
    case 'ObjectLiteral':
      return new Dict(new Map([...expression.value].map(([key, value]) => [textKey(of(key)), of(value)])))
    case 'MemberExpression':
      return member(expression, scope)
    case 'SliceExpression':
      throw new TemplateError('a slice is not supported here')
    case 'CallExpression':
      return called(expression, scope)
    case 'UnaryExpression':
      return expression.operator.value === 'not' ? !truth(of(expression.argument)) : signed(expression.operator.value, of(expression.argument))
    case 'BinaryExpression':
      return binary(expression, scope)
    case 'FilterExpression': {
      const { operand, filter } = expression
      if (filter.type === 'Identifier') return applyFilter(filter.value, of(operand), { positional: [], named: new Map() }, scope.budget)
      const { callee, args } = filter
      return applyFilter(callee.type === 'Identifier' ? callee.value : '', of(operand), argumentsOf(args, scope), scope.budget)
    }
    case 'TestExpression':
      return isTrueOf(expression.test.value as (typeof TEST_NAMES)[number], of(expression.operand), scope.budget) !== expression.negate
    case 'SelectExpression':
      // Jinja2 takes its lenient Undefined here, which prints nothing.
      return truth(of(expression.test)) ? of(expression.lhs) : ''
    case 'Ternary':
      return truth(of(expression.condition)) ? of(expression.trueExpr) : of(expression.falseExpr)
  }
}

function nameValue(name: string, scope: Scope): Value {
  for (let each: Scope | undefined = scope; each; each = each.outer) {
    const value = each.names.get(name)
    if (value !== undefined) return value
  }
  return new Undefined(JSON.stringify(name))
}

function textKey(key: Value): string {
  if (typeof key === 'string') return key
  throw new TemplateError(`a dict with ${typeName(defined(key))} as key is not supported`)
}

function member({ object, property, computed }: Extract<Expression, { type: 'MemberExpression' }>, scope: Scope): Value {
  const value = valueOf(object, scope)
  if (computed && property.type === 'SliceExpression') {
    const bound = (part: Expression | undefined) => part && valueOf(part, scope)
    return sliced(value, { start: bound(property.start), stop: bound(property.stop), step: bound(property.step) }, scope.budget)
  }
  if (computed) return subscript(value, valueOf(property, scope), scope.budget)
  if (property.type === 'IntegerLiteral') return subscript(value, BigInt(property.value), scope.budget)
  return attribute(value, property.type === 'Identifier' ? property.value : '', scope.budget)
}

function called({ callee, args }: Call, scope: Scope): Value {
  if (callee.type === 'Identifier' && callee.value === 'range' && nameValue('range', scope) instanceof Undefined) return range(argumentsOf(args, scope), scope)
  const method = defined(valueOf(callee, scope))
  if (!(method instanceof Method)) throw new TemplateError(`${typeName(method)} cannot be called`)
  return method.call(argumentsOf(args, scope))
}

function range({ positional }: Arguments, { budget }: Scope): Value {
  const numbers = positional.map((value) => {
    const number = defined(value)
    return typeof number === 'bigint' ? Number(number) : Number.NaN
  })
  const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : numbers
  const length = Math.max(Math.ceil((stop! - start!) / step), 0)
  if (!Number.isSafeInteger(length) || numbers.length > 3) throw new TemplateError('range needs one to three whole numbers')
  budget.spend(length)
  return Array.from({ length }, (_, index) => BigInt(start! + index * step))
}

function argumentsOf(given: readonly Argument[], scope: Scope): Arguments {
  const positional: Value[] = []
  const named = new Map<string, Value>()
  for (const argument of given) {
    if (argument.type === 'KeywordArgumentExpression') named.set(argument.key.value, valueOf(argument.value, scope))
    else positional.push(valueOf(argument, scope))
  }
  return { positional, named }
}

function binary({ operator, left, right }: Extract<Expression, { type: 'BinaryExpression' }>, scope: Scope): Value {
  const value = valueOf(left, scope)
  if (operator.value === 'and') return truth(value) ? valueOf(right, scope) : value
  if (operator.value === 'or') return truth(value) ? value : valueOf(right, scope)
  return operate(operator.value, value, valueOf(right, scope), scope.budget)
}

function isTrueOf(test: (typeof TEST_NAMES)[number], given: Value, budget: Budget): boolean {
  if (test === 'defined' || test === 'undefined') return given instanceof Undefined === (test === 'undefined')
  const value = defined(given)
  switch (test) {
    case 'none':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return typeof value === 'bigint'
    case 'float':
      return typeof value === 'number'
    case 'number':
      return isNumber(value)
    case 'string':
      return typeof value === 'string'
    case 'mapping':
      return value instanceof Dict
    case 'odd':
    case 'even':
      return equals(operate('%', value, 2n, budget), test === 'odd' ? 1n : 0n, budget)
  }
}
