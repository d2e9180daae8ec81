/**
 * Turns expressions that were parsed for reading into targets, and finds what in them cannot be one.
 *
 * The parser meets a target before it knows that it is one (`a, b` may be followed by `=`), so it parses an expression
 * and changes the context of its names afterwards, in place, while nobody else has seen the nodes.
 */
import type { Expr, ExprContext } from '../ast/nodes.ts';

/** Which statement the target is for: it changes what is allowed inside. */
export type TargetUse = 'assign' | 'delete' | 'for';

/** The innermost expression that cannot be a target, or `null` if `expr` is a good one. */
export function invalidTarget(expr: Expr, use: TargetUse): Expr | null {
  switch (expr.kind) {
    case 'Name':
    case 'Attribute':
    case 'Subscript':
      return null;
    case 'Tuple':
    case 'List':
      for (const element of expr.elts) {
        const bad = invalidTarget(element, use);
        if (bad !== null) return bad;
      }
      return null;
    case 'Starred':
      return use === 'delete' ? expr : invalidTarget(expr.value, use);
    case 'Compare':
      // `for x in y` read as an expression is a comparison whose left side is the target.
      if (use === 'for') return expr.ops[0] === 'In' ? invalidTarget(expr.left, use) : null;
      return expr;
    default:
      return expr;
  }
}

/** Sets the context of a valid target and of everything it consists of. */
export function setContext(expr: Expr, ctx: ExprContext): void {
  switch (expr.kind) {
    case 'Tuple':
    case 'List':
      for (const element of expr.elts) setContext(element, ctx);
      break;
    case 'Starred':
      setContext(expr.value, ctx);
      break;
    case 'Name':
    case 'Attribute':
    case 'Subscript':
      break;
    default:
      return;
  }
  (expr as { ctx: ExprContext }).ctx = ctx;
}
