/**
 * What messages call an expression: "cannot assign to function call".
 */
import type { Constant, Expr } from '../ast/nodes.ts';

const NAMES: { readonly [K in Exclude<Expr['kind'], 'Constant'>]: string } = {
  Attribute: 'attribute',
  Subscript: 'subscript',
  Starred: 'starred',
  Name: 'name',
  List: 'list',
  Tuple: 'tuple',
  Lambda: 'lambda',
  Call: 'function call',
  BoolOp: 'expression',
  BinOp: 'expression',
  UnaryOp: 'expression',
  GeneratorExp: 'generator expression',
  Yield: 'yield expression',
  YieldFrom: 'yield expression',
  Await: 'await expression',
  ListComp: 'list comprehension',
  SetComp: 'set comprehension',
  DictComp: 'dict comprehension',
  Dict: 'dict literal',
  Set: 'set display',
  JoinedStr: 'f-string expression',
  FormattedValue: 'f-string expression',
  Compare: 'comparison',
  IfExp: 'conditional expression',
  NamedExpr: 'named expression',
  Slice: 'slice',
};

/** CPython's name for the form of an expression. */
export function expressionName(expr: Expr): string {
  return expr.kind === 'Constant' ? constantName(expr) : NAMES[expr.kind];
}

function constantName(expr: Constant): string {
  switch (expr.value.type) {
    case 'none':
      return 'None';
    case 'bool':
      return expr.value.value ? 'True' : 'False';
    case 'ellipsis':
      return 'ellipsis';
    default:
      return 'literal';
  }
}
