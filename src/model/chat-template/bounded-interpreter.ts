/**
 * An interpreter of templates with bounds. A template comes with a checkpoint and is untrusted: it cannot read files or reach objects of the program, but it
 * can ask for endless work. Every expression and statement is evaluated by one method, which counts them and measures their results.
 */
import * as jinja from '@huggingface/jinja'
import { strip, stripEnd, stripStart } from '../../text/python-text.ts'

/** A template went beyond a bound. */
export class TemplateBoundError extends Error {}

/** Evaluated expressions and statements; a prompt of 25 examples takes some thousands. */
const MOST_STEPS = 200_000
/** Expressions inside expressions, and calls of macros. */
const MOST_DEPTH = 200
/** Characters of a text, which is more than any window. */
const MOST_CHARACTERS = 2 ** 22
/** Members of a list, as in Jinja's own sandbox (`MAX_RANGE`). */
const MOST_MEMBERS = 100_000
/** Size of a number: numbers are counts here, and widths of indented text. */
const LARGEST_NUMBER = 1_000_000

/** A value of the interpreter. */
interface Value {
  readonly value: unknown
}

/** `object.property` in a template. */
interface Member {
  readonly type: string
  readonly object: unknown
  readonly property: { readonly value: string }
  readonly computed: boolean
}

/** Variables by name. */
export interface Scope {
  /** Converts a value and declares a variable. */
  set(name: string, value: unknown): Value
}

/** The classes that are used here; the package's own types do not resolve. */
interface Interpreter {
  evaluate(statement: unknown, scope: Scope): Value
  run(program: unknown): Value
}
const BaseInterpreter = jinja.Interpreter as new (scope: Scope) => Interpreter
const BaseScope = jinja.Environment as new () => Scope

/** A scope with these variables. */
export function newScope(variables: Readonly<Record<string, unknown>>): Scope {
  const scope = new BaseScope()
  for (const [name, value] of Object.entries(variables)) scope.set(name, value)
  return scope
}

/** Evaluates as its class does. Fails with TemplateBoundError beyond a bound. */
export class BoundedInterpreter extends BaseInterpreter {
  #steps = 0
  #depth = 0

  override evaluate(statement: unknown, scope: Scope): Value {
    if (++this.#steps > MOST_STEPS) throw new TemplateBoundError(`takes more than ${MOST_STEPS} steps`)
    if (++this.#depth > MOST_DEPTH) throw new TemplateBoundError(`nests more than ${MOST_DEPTH} expressions or calls`)
    try {
      const result = this.#stripped(statement, scope) ?? super.evaluate(statement, scope)
      checkSize(result.value)
      return result
    } finally {
      this.#depth--
    }
  }

  /** The value of `TEXT.strip(CHARACTERS)` and the like as in Python; undefined for anything else. */
  #stripped(statement: unknown, scope: Scope): Value | undefined {
    const { type, callee, args } = statement as { readonly type?: string; readonly callee?: Member; readonly args?: readonly unknown[] }
    if (type !== 'CallExpression' || callee?.type !== 'MemberExpression' || callee.computed || args?.length !== 1) return undefined
    const method = STRIPS.get(callee.property.value)
    if (!method) return undefined
    const [text, characters] = [this.evaluate(callee.object, scope).value, this.evaluate(args[0], scope).value]
    if (typeof text !== 'string' || typeof characters !== 'string') throw new Error(`${callee.property.value}() takes a text, of a text`)
    return new BaseScope().set('stripped', method(text, characters))
  }
}

/** Methods of texts that take characters to remove, which the library ignores. */
const STRIPS = new Map([
  ['strip', strip],
  ['lstrip', stripStart],
  ['rstrip', stripEnd],
])

function checkSize(value: unknown): void {
  if (typeof value === 'string' && value.length > MOST_CHARACTERS) throw new TemplateBoundError(`makes a text of more than ${MOST_CHARACTERS} characters`)
  if (Array.isArray(value)) checkMembers(value.length)
  if (typeof value === 'number' && Math.abs(value) > LARGEST_NUMBER) throw new TemplateBoundError(`has a number beyond ${LARGEST_NUMBER}`)
}

/** Fails with TemplateBoundError if a list would have too many members. */
export function checkMembers(count: number): void {
  if (!(count <= MOST_MEMBERS)) throw new TemplateBoundError(`makes a list of more than ${MOST_MEMBERS} members`)
}
