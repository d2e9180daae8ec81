/**
 * Parses what follows a primary in brackets: call arguments and subscripts.
 */
import type { Expr, Keyword, Slice, Tuple } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { AtomParser } from './atom-parser.ts';

/** The arguments of a call or class header. */
export interface ParsedArguments {
  readonly args: Expr[];
  readonly keywords: Keyword[];
}

export abstract class CallParser extends AtomParser {
  /** Arguments up to and including `)`; the cursor is after `(`. `allowGenerator`: one bare generator may stand alone. */
  protected parseArguments(allowGenerator: boolean): ParsedArguments {
    const open = this.pos - 1;
    const args: Expr[] = [];
    const keywords: Keyword[] = [];
    let seenKeyword = false;
    let seenUnpacking = false;
    let complaint: string | null = null;
    while (this.kinds[this.pos] !== T.RPAR) {
      const first = this.pos;
      const kind = this.kinds[first];
      const start = this.starts[first] as number;
      if (kind === T.STAR) {
        if (seenUnpacking && complaint === null) {
          this.failAt('argumentOrder', 'iterable argument unpacking follows keyword argument unpacking', first);
        }
        this.pos++;
        const value = this.parseExpression();
        if (this.kinds[this.pos] === T.EQUAL) this.refuseUnpackingTarget('iterable', start);
        args.push({ kind: 'Starred', value, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd });
      } else if (kind === T.DOUBLESTAR) {
        this.pos++;
        const value = this.parseExpression();
        if (this.kinds[this.pos] === T.EQUAL) this.refuseUnpackingTarget('keyword', start);
        seenUnpacking = true;
        keywords.push({ kind: 'keyword', arg: null, value, id: this.nodeCount++, start, end: this.lastEnd });
      } else if (this.kinds[first + 1] === T.EQUAL && (kind === T.NAME || isConstantKeyword(kind as number))) {
        seenKeyword = true;
        keywords.push(this.parseKeyword());
      } else {
        const isNamed = kind === T.NAME && this.kinds[first + 1] === T.COLONEQUAL;
        const value = isNamed ? this.parseNamedExpression() : this.parseExpression();
        if (this.kinds[this.pos] === T.EQUAL && !isNamed) {
          const message = 'expression cannot contain assignment, perhaps you meant "=="?';
          this.fail('keywordArgument', message, value.start, this.ends[this.pos] as number);
        }
        if (this.kinds[this.pos] === T.COLONEQUAL) this.refuseNamedTarget(value);
        if (this.atComprehension()) {
          const isOnly = args.length === 0 && keywords.length === 0;
          const generators = this.parseComprehensionClauses();
          const end = this.lastEnd;
          if (!isOnly || this.kinds[this.pos] === T.COMMA) {
            const single = isOnly && this.kinds[this.pos + 1] === T.RPAR && !allowGenerator;
            if (!single) this.fail('generatorParentheses', 'Generator expression must be parenthesized', start, end);
          }
          if (!allowGenerator) {
            this.pos = first;
            this.parseNamedExpression();
            this.failSyntax();
          }
          this.closeBracket(T.RPAR);
          const span = { start: this.starts[open] as number, end: this.lastEnd };
          args.push({ kind: 'GeneratorExp', elt: value, generators, id: this.nodeCount++, ...span });
          return { args, keywords };
        }
        if (seenUnpacking) complaint ??= 'positional argument follows keyword argument unpacking';
        else if (seenKeyword) complaint ??= 'positional argument follows keyword argument';
        args.push(value);
      }
      if (!this.accept(T.COMMA)) break;
    }
    if (this.kinds[this.pos] === T.RPAR && complaint !== null) this.failAt('argumentOrder', complaint, this.pos);
    this.closeBracket(T.RPAR);
    return { args, keywords };
  }

  /** `f(*a=b)` */
  private refuseUnpackingTarget(what: 'iterable' | 'keyword', start: number): never {
    this.pos++;
    this.parseExpression();
    this.fail('keywordArgument', `cannot assign to ${what} argument unpacking`, start, this.lastEnd);
  }

  /** `name=value` */
  private parseKeyword(): Keyword {
    const first = this.pos;
    const start = this.start;
    const equalEnd = this.ends[first + 1] as number;
    if (this.kinds[first] !== T.NAME) {
      this.fail('invalidTarget', `cannot assign to ${T.TOKEN_TEXT[this.kinds[first] as number]}`, start, equalEnd);
    }
    const arg = this.nameAt(first);
    this.pos += 2;
    const next = this.kinds[this.pos];
    if (next === T.COMMA || next === T.RPAR) this.fail('keywordArgument', 'expected argument value expression', start, equalEnd);
    const value = this.parseExpression();
    if (this.atComprehension()) {
      this.fail('assignmentForComparison', "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", start, equalEnd);
    }
    return { kind: 'keyword', arg, value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  // --------------------------------------------------------------------------------------------------- subscripts

  /** What is between `[` and `]` of a subscript; the cursor is after `[`, and after `]` in the end. */
  protected parseSubscript(): Expr {
    const start = this.start;
    const first = this.parseSliceElement();
    if (this.kinds[this.pos] !== T.COMMA && first.kind !== 'Starred') {
      this.closeBracket(T.RSQB);
      return first;
    }
    const elts = [first];
    while (this.accept(T.COMMA)) {
      if (this.kinds[this.pos] === T.RSQB) break;
      elts.push(this.parseSliceElement());
    }
    const tuple: Tuple = { kind: 'Tuple', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    this.closeBracket(T.RSQB);
    return tuple;
  }

  private parseSliceElement(): Expr {
    const start = this.start;
    const kind = this.kinds[this.pos];
    if (kind === T.STAR) {
      this.pos++;
      const value = this.parseExpression();
      return { kind: 'Starred', value, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    }
    let lower: Expr | null = null;
    if (kind !== T.COLON) {
      const first = this.pos;
      lower = this.parseNamedExpression();
      if (this.kinds[this.pos] !== T.COLON) return lower;
      if (lower.kind === 'NamedExpr' && this.kinds[first] !== T.LPAR) this.failSyntax();
    }
    this.pos++;
    let upper: Expr | null = null;
    let step: Expr | null = null;
    if (!this.atSliceEnd() && this.kinds[this.pos] !== T.COLON) upper = this.parseExpression();
    if (this.accept(T.COLON) && !this.atSliceEnd()) step = this.parseExpression();
    const slice: Slice = { kind: 'Slice', lower, upper, step, id: this.nodeCount++, start, end: this.lastEnd };
    return slice;
  }

  private atSliceEnd(): boolean {
    const kind = this.kinds[this.pos];
    return kind === T.COMMA || kind === T.RSQB;
  }
}

function isConstantKeyword(kind: number): boolean {
  return kind === T.KW_TRUE || kind === T.KW_FALSE || kind === T.KW_NONE;
}
