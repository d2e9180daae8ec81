/**
 * What tree nodes are made of besides other nodes: their place, contexts, operators and the values of literals.
 */

/** What every node carries: its dense number and its half-open span of UTF-16 offsets. */
export interface NodeBase {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Whether an expression is read, bound or deleted. */
export type ExprContext = 'Load' | 'Store' | 'Del';

/** Operators of `BinOp` and `AugAssign`. */
export type Operator =
  | 'Add'
  | 'Sub'
  | 'Mult'
  | 'MatMult'
  | 'Div'
  | 'Mod'
  | 'Pow'
  | 'LShift'
  | 'RShift'
  | 'BitOr'
  | 'BitXor'
  | 'BitAnd'
  | 'FloorDiv';

/** Operators of `BoolOp`. */
export type BoolOperator = 'And' | 'Or';

/** Operators of `UnaryOp`. */
export type UnaryOperator = 'Invert' | 'Not' | 'UAdd' | 'USub';

/** Operators of `Compare`. */
export type CmpOperator = 'Eq' | 'NotEq' | 'Lt' | 'LtE' | 'Gt' | 'GtE' | 'Is' | 'IsNot' | 'In' | 'NotIn';

/** The value of a literal. Strings may hold lone surrogates; newlines in them are already `\n`. */
export type PyConstant =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'imaginary'; readonly value: number }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'none' }
  | { readonly type: 'ellipsis' };
