/**
 * Parses expressions: conditionals and lambdas on top, then operators by precedence climbing, then primaries.
 *
 * Left-associative operators, `and`/`or` chains, comparisons, and chains of calls, attributes and subscripts are loops,
 * so programs with thousands of terms in a row do not nest. Right-hand recursion is bounded by the depth limit.
 */
import type { CmpOperator, Expr, Operator, UnaryOperator } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { setContext } from './assignment-target.ts';
import { expressionName } from './expression-name.ts';
import { ParameterParser } from './parameter-parser.ts';

const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const BITWISE_OR = 5;
const UNARY = 11;
const POWER = 12;

/** Binding strength of a token as an infix operator; 0 for none. */
const PRECEDENCE = new Uint8Array(T.KIND_COUNT);
const BINARY: (Operator | undefined)[] = [];
const COMPARE: (CmpOperator | undefined)[] = [];

function binary(kind: number, precedence: number, op: Operator): void {
  PRECEDENCE[kind] = precedence;
  BINARY[kind] = op;
}
binary(T.VBAR, BITWISE_OR, 'BitOr');
binary(T.CIRCUMFLEX, 6, 'BitXor');
binary(T.AMPER, 7, 'BitAnd');
binary(T.LEFTSHIFT, 8, 'LShift');
binary(T.RIGHTSHIFT, 8, 'RShift');
binary(T.PLUS, 9, 'Add');
binary(T.MINUS, 9, 'Sub');
binary(T.STAR, 10, 'Mult');
binary(T.SLASH, 10, 'Div');
binary(T.DOUBLESLASH, 10, 'FloorDiv');
binary(T.PERCENT, 10, 'Mod');
binary(T.AT, 10, 'MatMult');
binary(T.DOUBLESTAR, POWER, 'Pow');
PRECEDENCE[T.KW_OR] = OR;
PRECEDENCE[T.KW_AND] = AND;

function comparison(kind: number, op: CmpOperator): void {
  PRECEDENCE[kind] = COMPARISON;
  COMPARE[kind] = op;
}
comparison(T.EQEQUAL, 'Eq');
comparison(T.NOTEQUAL, 'NotEq');
comparison(T.LESS, 'Lt');
comparison(T.LESSEQUAL, 'LtE');
comparison(T.GREATER, 'Gt');
comparison(T.GREATEREQUAL, 'GtE');
comparison(T.KW_IS, 'Is');
comparison(T.KW_IN, 'In');
// Only before `in`, which the loop checks.
comparison(T.KW_NOT, 'NotIn');

/** Whether a token can start an expression. */
const STARTS_EXPRESSION = new Uint8Array(T.KIND_COUNT);
for (const kind of [T.NAME, T.NUMBER, T.STRING, T.FSTRING_START, T.LPAR, T.LSQB, T.LBRACE, T.ELLIPSIS, T.MINUS, T.PLUS, T.TILDE]) {
  STARTS_EXPRESSION[kind] = 1;
}
for (const kind of [T.KW_TRUE, T.KW_FALSE, T.KW_NONE, T.KW_NOT, T.KW_LAMBDA, T.KW_AWAIT]) STARTS_EXPRESSION[kind] = 1;

export abstract class ExpressionParser extends ParameterParser {
  protected startsExpression(index: number): boolean {
    return STARTS_EXPRESSION[this.kinds[index] as number] === 1;
  }

  // ------------------------------------------------------------------------------------------------- lists of them

  protected parseYieldOrStarExpressions(): Expr {
    return this.kinds[this.pos] === T.KW_YIELD ? this.parseYield() : this.parseStarExpressions();
  }

  /** One expression, or a tuple without parentheses; elements may have stars. */
  protected parseStarExpressions(): Expr {
    const start = this.start;
    const first = this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseExpression();
    if (this.kinds[this.pos] !== T.COMMA) return first;
    const elts = [first];
    while (this.accept(T.COMMA)) {
      const kind = this.kinds[this.pos] as number;
      if (kind === T.STAR) elts.push(this.parseStarred());
      else if (STARTS_EXPRESSION[kind] === 1) elts.push(this.parseExpression());
      else break;
    }
    return { kind: 'Tuple', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
  }

  protected parseYield(): Expr {
    const start = this.start;
    this.pos++;
    if (this.accept(T.KW_FROM)) {
      const value = this.parseExpression();
      return { kind: 'YieldFrom', value, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const kind = this.kinds[this.pos] as number;
    const value = STARTS_EXPRESSION[kind] === 1 || kind === T.STAR ? this.parseStarExpressions() : null;
    return { kind: 'Yield', value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  // ------------------------------------------------------------------------------------------ named and conditional

  protected parseNamedExpression(): Expr {
    const first = this.pos;
    if (this.kinds[first] === T.NAME && this.kinds[first + 1] === T.COLONEQUAL) {
      const start = this.starts[first] as number;
      const end = this.ends[first] as number;
      const target = { kind: 'Name', name: this.nameAt(first), ctx: 'Store', id: this.nodeCount++, start, end } as const;
      this.pos += 2;
      const value = this.parseExpression();
      return { kind: 'NamedExpr', target, value, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const value = this.parseExpression();
    if (this.kinds[this.pos] === T.COLONEQUAL) this.refuseNamedTarget(value);
    if (this.kinds[this.pos] === T.EQUAL) this.checkAssignmentForComparison(value, first);
    return value;
  }

  protected refuseNamedTarget(target: Expr): never {
    if (!this.startsExpression(this.pos + 1)) this.failSyntax();
    this.fail('invalidTarget', `cannot use assignment expressions with ${expressionName(target)}`, target.start, target.end);
  }

  /** `=` where only an expression can be: says so if it looks like a comparison or a walrus gone wrong. */
  protected checkAssignmentForComparison(left: Expr, first: number): void {
    if (this.isSpeculating) return;
    if (this.kinds[first] === T.NAME && this.pos === first + 1) {
      const end = this.rightSideEnd();
      if (end === null) return;
      const message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
      this.fail('assignmentForComparison', message, left.start, end);
    }
    this.checkTargetForComparison(left, first);
  }

  /** "cannot assign to call here": `left` binds tightly enough to be one side of a comparison and cannot be a target. */
  protected checkTargetForComparison(left: Expr, first: number): void {
    if (!bindsAsBitwiseOr(left, this.kinds[first] === T.LPAR && left.start !== this.starts[first])) return;
    if (left.kind === 'List' || left.kind === 'Tuple' || left.kind === 'GeneratorExp') return;
    if (left.kind === 'Constant' && (left.value.type === 'bool' || left.value.type === 'none')) return;
    if (this.rightSideEnd() === null) return;
    const message = `cannot assign to ${expressionName(left)} here. Maybe you meant '==' instead of '='?`;
    this.fail('assignmentForComparison', message, left.start, left.end);
  }

  /** The end of what follows `=`, if it is an operand and not followed by another assignment. */
  protected rightSideEnd(): number | null {
    return this.endAfterEqual(() => this.parseBitwiseOr()) ?? this.endAfterEqual(() => this.parsePrimary());
  }

  private endAfterEqual(rule: () => Expr): number | null {
    return this.wouldParse(() => {
      this.pos++;
      rule();
      const kind = this.kinds[this.pos];
      return kind === T.EQUAL || kind === T.COLONEQUAL ? null : this.lastEnd;
    });
  }

  protected parseExpression(): Expr {
    const first = this.pos;
    if (this.kinds[first] === T.KW_LAMBDA) return this.parseLambda();
    const body = this.parseOperators(OR);
    this.disjunctionStart = first;
    this.disjunctionEnd = this.pos;
    if (this.kinds[this.pos] !== T.KW_IF) return body;
    this.pos++;
    const test = this.parseOperators(OR);
    const start = this.starts[first] as number;
    if (this.kinds[this.pos] !== T.KW_ELSE) {
      if (this.kinds[this.pos] === T.COLON || this.kinds[this.pos] === T.ERROR) this.failSyntax();
      this.fail('missingElse', "expected 'else' after 'if' expression", start, this.lastEnd);
    }
    this.pos++;
    this.enter();
    const orelse = this.parseExpression();
    this.depth--;
    return { kind: 'IfExp', test, body, orelse, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseLambda(): Expr {
    const start = this.start;
    this.pos++;
    const args = this.parseParameters(T.COLON);
    this.expect(T.COLON);
    const isFieldSpec = this.kinds[this.pos] === T.RBRACE && this.starts[this.fieldFirst] === start;
    if (this.kinds[this.pos] === T.FSTRING_MIDDLE || isFieldSpec) {
      const message = 'f-string: lambda expressions are not allowed without parentheses';
      this.fail('unparenthesizedLambda', message, start, this.lastEnd);
    }
    this.enter();
    const body = this.parseExpression();
    this.depth--;
    return { kind: 'Lambda', args, body, id: this.nodeCount++, start, end: this.lastEnd };
  }

  // ---------------------------------------------------------------------------------------------------- operators

  protected parseDisjunction(): Expr {
    const first = this.pos;
    const expr = this.parseOperators(OR);
    this.disjunctionStart = first;
    this.disjunctionEnd = this.pos;
    return expr;
  }

  protected parseBitwiseOr(): Expr {
    return this.parseOperators(BITWISE_OR);
  }

  /** Operands joined by operators that bind at least as tightly as `least`. */
  private parseOperators(least: number): Expr {
    const start = this.start;
    this.enter();
    let left = this.parsePrefix(least);
    for (;;) {
      const kind = this.kinds[this.pos] as number;
      const precedence = PRECEDENCE[kind] as number;
      if (precedence < least || precedence === 0) break;
      if (precedence >= BITWISE_OR) {
        this.pos++;
        const right = this.parseOperators(precedence === POWER ? UNARY : precedence + 1);
        left = { kind: 'BinOp', left, op: BINARY[kind] as Operator, right, id: this.nodeCount++, start, end: this.lastEnd };
      } else if (precedence === COMPARISON) {
        if (kind === T.KW_NOT && this.kinds[this.pos + 1] !== T.KW_IN) break;
        left = this.parseComparison(left, start);
      } else {
        const values = [left];
        while (this.accept(kind)) values.push(this.parseOperators(precedence + 1));
        left = { kind: 'BoolOp', op: kind === T.KW_OR ? 'Or' : 'And', values, id: this.nodeCount++, start, end: this.lastEnd };
      }
    }
    this.depth--;
    return left;
  }

  private parseComparison(left: Expr, start: number): Expr {
    const ops: CmpOperator[] = [];
    const comparators: Expr[] = [];
    for (;;) {
      const kind = this.kinds[this.pos] as number;
      let op = COMPARE[kind];
      if (op === undefined) break;
      if (kind === T.KW_NOT) {
        if (this.kinds[this.pos + 1] !== T.KW_IN) break;
        this.pos++;
      } else if (kind === T.KW_IS && this.kinds[this.pos + 1] === T.KW_NOT) {
        this.pos++;
        op = 'IsNot';
      }
      this.pos++;
      ops.push(op);
      comparators.push(this.parseOperators(BITWISE_OR));
    }
    return { kind: 'Compare', left, ops, comparators, id: this.nodeCount++, start, end: this.lastEnd };
  }

  protected parseOperand(): Expr {
    return this.parsePrefix(OR);
  }

  private parsePrefix(least: number): Expr {
    let op: UnaryOperator;
    switch (this.kinds[this.pos]) {
      case T.KW_NOT: {
        if (least > NOT) this.failSyntax();
        const start = this.start;
        this.pos++;
        const operand = this.parseOperators(NOT);
        return { kind: 'UnaryOp', op: 'Not', operand, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.MINUS:
        op = 'USub';
        break;
      case T.PLUS:
        op = 'UAdd';
        break;
      case T.TILDE:
        op = 'Invert';
        break;
      case T.KW_AWAIT: {
        const start = this.start;
        this.pos++;
        const value = this.parsePrimary();
        return { kind: 'Await', value, id: this.nodeCount++, start, end: this.lastEnd };
      }
      default:
        return this.parsePrimary();
    }
    const start = this.start;
    this.pos++;
    const operand = this.parseOperators(UNARY);
    return { kind: 'UnaryOp', op, operand, id: this.nodeCount++, start, end: this.lastEnd };
  }

  // ---------------------------------------------------------------------------------------------------- primaries

  /** An atom and the attributes, calls and subscripts after it. */
  protected parsePrimary(): Expr {
    const start = this.start;
    let left = this.parseAtom();
    for (;;) {
      switch (this.kinds[this.pos]) {
        case T.DOT: {
          this.pos++;
          const attr = this.expectName();
          left = { kind: 'Attribute', value: left, attr, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
          break;
        }
        case T.LPAR: {
          this.pos++;
          const { args, keywords } = this.parseArguments(true);
          left = { kind: 'Call', func: left, args, keywords, id: this.nodeCount++, start, end: this.lastEnd };
          break;
        }
        case T.LSQB: {
          this.pos++;
          const slice = this.parseSubscript();
          left = { kind: 'Subscript', value: left, slice, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
          break;
        }
        default:
          return left;
      }
    }
  }

  private parseAtom(): Expr {
    const index = this.pos;
    switch (this.kinds[index]) {
      case T.NAME: {
        this.pos++;
        const start = this.starts[index] as number;
        return { kind: 'Name', name: this.nameAt(index), ctx: 'Load', id: this.nodeCount++, start, end: this.ends[index] as number };
      }
      case T.NUMBER:
        return this.parseNumber();
      case T.STRING:
      case T.FSTRING_START:
        return this.parseStrings();
      case T.LPAR:
        return this.parseParenthesized();
      case T.LSQB:
        return this.parseList();
      case T.LBRACE:
        return this.parseBraces();
      case T.KW_NONE:
        return this.constantToken({ type: 'none' });
      case T.KW_TRUE:
        return this.constantToken({ type: 'bool', value: true });
      case T.KW_FALSE:
        return this.constantToken({ type: 'bool', value: false });
      case T.ELLIPSIS:
        return this.constantToken({ type: 'ellipsis' });
      default:
        return this.failSyntax();
    }
  }

  private constantToken(value: Extract<Expr, { kind: 'Constant' }>['value']): Expr {
    const index = this.pos++;
    const start = this.starts[index] as number;
    return { kind: 'Constant', value, literalKind: null, id: this.nodeCount++, start, end: this.ends[index] as number };
  }

  // ------------------------------------------------------------------------------------------------------- faults

  protected checkMissingComma(): void {
    const first = this.disjunctionStart;
    if (this.isSpeculating || this.disjunctionEnd !== this.pos || !this.startsExpression(this.pos)) return;
    if (this.kinds[first] === T.NAME && this.kinds[first + 1] === T.STRING) return;
    if (this.kinds[first] === T.NAME && isSoftKeyword(this.nameAt(first))) return;
    if (this.pos === first + 1 && (this.isNameText(first, 'print') || this.isNameText(first, 'exec'))) return;
    if (this.kinds[this.pos] === T.KW_NOT && this.kinds[this.pos + 1] === T.KW_IN) return;
    const end = this.wouldParse(() => {
      this.parseExpression();
      return this.lastEnd;
    });
    if (end === null) return;
    this.fail('missingComma', 'invalid syntax. Perhaps you forgot a comma?', this.starts[first] as number, end);
  }

  /** Makes `expr` a target of `use`, or fails naming the part that cannot be one. */
  protected makeTarget(expr: Expr, bad: Expr | null, verb: 'assign to' | 'delete'): void {
    if (bad !== null) this.fail('invalidTarget', `cannot ${verb} ${expressionName(bad)}`, bad.start, bad.end);
    setContext(expr, verb === 'delete' ? 'Del' : 'Store');
  }
}

function isSoftKeyword(name: string): boolean {
  return name === 'match' || name === 'case' || name === 'type' || name === '_';
}

/** Whether an expression is an operand that binds at least as tightly as `|`. */
function bindsAsBitwiseOr(expr: Expr, parenthesized: boolean): boolean {
  if (parenthesized) return true;
  switch (expr.kind) {
    case 'BoolOp':
    case 'Compare':
    case 'IfExp':
    case 'Lambda':
    case 'NamedExpr':
    case 'Starred':
    case 'Yield':
    case 'YieldFrom':
      return false;
    case 'UnaryOp':
      return expr.op !== 'Not';
    default:
      return true;
  }
}
