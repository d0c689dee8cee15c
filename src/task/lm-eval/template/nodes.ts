/** The syntax tree of a template: the nodes of @huggingface/jinja that are evaluated here. */

/** Statements and expressions, told apart by `type`. */
export type Node = Statement | Expression

export type Statement =
  | { readonly type: 'Program'; readonly body: readonly Node[] }
  | { readonly type: 'If'; readonly test: Expression; readonly body: readonly Node[]; readonly alternate: readonly Node[] }
  | {
      readonly type: 'For'
      readonly loopvar: Names
      readonly iterable: Expression
      readonly body: readonly Node[]
      readonly defaultBlock: readonly Node[]
    }
  | { readonly type: 'Set'; readonly assignee: Expression; readonly value: Expression | null; readonly body: readonly Node[] }
  | { readonly type: 'Comment' }

export type Expression =
  | Identifier
  | { readonly type: 'IntegerLiteral'; readonly value: number }
  | { readonly type: 'FloatLiteral'; readonly value: number }
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'ArrayLiteral'; readonly value: readonly Expression[] }
  | TupleLiteral
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<Expression, Expression> }
  | Member
  | Call
  | Slice
  | { readonly type: 'UnaryExpression'; readonly operator: { readonly value: string }; readonly argument: Expression }
  | Binary
  | { readonly type: 'FilterExpression'; readonly operand: Expression; readonly filter: Identifier | Call }
  | { readonly type: 'TestExpression'; readonly operand: Expression; readonly negate: boolean; readonly test: Identifier }
  | { readonly type: 'SelectExpression'; readonly lhs: Expression; readonly test: Expression }
  | { readonly type: 'Ternary'; readonly condition: Expression; readonly trueExpr: Expression; readonly falseExpr: Expression }

/** A name, with that of constants and statements. */
export interface Identifier {
  readonly type: 'Identifier'
  readonly value: string
}

/** `a, b` */
export interface TupleLiteral {
  readonly type: 'TupleLiteral'
  readonly value: readonly Expression[]
}

/** What a loop assigns. */
export type Names = Identifier | TupleLiteral

/** `a.b` or, if it is computed, `a[b]`. */
export interface Member {
  readonly type: 'MemberExpression'
  readonly object: Expression
  readonly property: Expression
  readonly computed: boolean
}

/** `a(b, c=d)` */
export interface Call {
  readonly type: 'CallExpression'
  readonly callee: Expression
  readonly args: readonly Argument[]
}

/** An argument with or without a name. */
export type Argument = Expression | { readonly type: 'KeywordArgumentExpression'; readonly key: Identifier; readonly value: Expression }

/** `start:stop:step` between brackets. */
export interface Slice {
  readonly type: 'SliceExpression'
  readonly start: Expression | undefined
  readonly stop: Expression | undefined
  readonly step: Expression | undefined
}

/** Operators between two values, `and` and `or` too. */
export interface Binary {
  readonly type: 'BinaryExpression'
  readonly operator: { readonly value: string }
  readonly left: Expression
  readonly right: Expression
}
