/**
 * Parses the patterns of `case` clauses.
 */
import type { Attribute, BinOp, Constant, Expr, Name, Pattern } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { ExpressionParser } from './expression-parser.ts';

export abstract class PatternParser extends ExpressionParser {
  /** What stands after `case`: a pattern, or several with commas, which make a sequence. */
  protected parsePatterns(): Pattern {
    const start = this.start;
    const first = this.parseMaybeStarPattern();
    if (this.kinds[this.pos] !== T.COMMA) {
      if (first.kind === 'MatchStar') this.failSyntax();
      return first;
    }
    const patterns = this.parseMorePatterns(first, T.COLON);
    return { kind: 'MatchSequence', patterns, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** The patterns after `first` and its comma, up to `closer` (or the guard), which is left. */
  private parseMorePatterns(first: Pattern, closer: number): Pattern[] {
    const patterns = [first];
    while (this.accept(T.COMMA)) {
      const kind = this.kinds[this.pos];
      if (kind === closer || (closer === T.COLON && kind === T.KW_IF)) break;
      patterns.push(this.parseMaybeStarPattern());
    }
    return patterns;
  }

  private parseMaybeStarPattern(): Pattern {
    if (this.kinds[this.pos] !== T.STAR) return this.parsePattern();
    const start = this.start;
    this.pos++;
    const name = this.expectName();
    return { kind: 'MatchStar', name: name === '_' ? null : name, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** Alternatives, perhaps with `as name`. */
  private parsePattern(): Pattern {
    const start = this.start;
    this.enter();
    let pattern = this.parseClosedPattern();
    if (this.kinds[this.pos] === T.VBAR) {
      const patterns = [pattern];
      while (this.accept(T.VBAR)) patterns.push(this.parseClosedPattern());
      pattern = { kind: 'MatchOr', patterns, id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (this.kinds[this.pos] === T.KW_AS) {
      const name = this.parseAsTarget();
      pattern = { kind: 'MatchAs', pattern, name, id: this.nodeCount++, start, end: this.lastEnd };
    }
    this.depth--;
    return pattern;
  }

  private parseAsTarget(): string {
    this.pos++;
    const at = this.pos;
    if (this.isNameText(at, '_')) this.failAt('invalidPattern', "cannot use '_' as a target", at);
    const after = this.kinds[at + 1];
    if (this.kinds[at] === T.NAME && after !== T.DOT && after !== T.LPAR && after !== T.EQUAL) {
      this.pos++;
      return this.nameAt(at);
    }
    if (this.kinds[at] !== T.NAME) {
      const expr = this.wouldParse(() => this.parseExpression());
      if (expr !== null) this.fail('invalidPattern', 'invalid pattern target', expr.start, expr.end);
      this.failSyntax();
    }
    const expr = this.wouldParse(() => this.parseExpression());
    if (expr !== null) this.fail('invalidPattern', 'invalid pattern target', expr.start, expr.end);
    this.pos++;
    return this.failSyntax();
  }

  private parseClosedPattern(): Pattern {
    const start = this.start;
    switch (this.kinds[this.pos]) {
      case T.NAME:
        return this.parseNamePattern();
      case T.MINUS:
      case T.NUMBER: {
        const value = this.parseLiteralNumber();
        return { kind: 'MatchValue', value, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.STRING:
      case T.FSTRING_START: {
        const value = this.parseLiteralString('patterns');
        return { kind: 'MatchValue', value, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.KW_NONE:
        this.pos++;
        return { kind: 'MatchSingleton', value: { type: 'none' }, id: this.nodeCount++, start, end: this.lastEnd };
      case T.KW_TRUE:
      case T.KW_FALSE: {
        const value = this.kinds[this.pos++] === T.KW_TRUE;
        return { kind: 'MatchSingleton', value: { type: 'bool', value }, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.LPAR:
        return this.parseGroupOrSequence();
      case T.LSQB:
        return this.parseSequence();
      case T.LBRACE:
        return this.parseMapping();
      default:
        return this.failSyntax();
    }
  }

  /** A capture, the wildcard, a dotted value or a class pattern. */
  private parseNamePattern(): Pattern {
    const start = this.start;
    const after = this.kinds[this.pos + 1];
    if (after !== T.DOT && after !== T.LPAR) {
      if (after === T.EQUAL) {
        this.pos++;
        this.failSyntax();
      }
      const name = this.nameAt(this.pos++);
      return { kind: 'MatchAs', pattern: null, name: name === '_' ? null : name, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const value = this.parseDottedName();
    if (this.kinds[this.pos] === T.LPAR) return this.parseClassPattern(value);
    if (this.kinds[this.pos] === T.EQUAL) this.failSyntax();
    return { kind: 'MatchValue', value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseDottedName(): Name | Attribute {
    const start = this.start;
    const name = this.expectName();
    let value: Name | Attribute = { kind: 'Name', name, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    while (this.accept(T.DOT)) {
      const attr = this.expectName();
      value = { kind: 'Attribute', value, attr, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    }
    return value;
  }

  /** `[-] number [(+|-) imaginary]` */
  private parseLiteralNumber(): Expr {
    const start = this.start;
    const left = this.parseSignedNumber();
    const kind = this.kinds[this.pos];
    if (kind !== T.PLUS && kind !== T.MINUS) return left;
    const real = left.kind === 'UnaryOp' ? (left.operand as Constant) : (left as Constant);
    this.pos++;
    if (this.kinds[this.pos] !== T.NUMBER) this.failSyntax();
    const right = this.parseNumber();
    if (real.value.type === 'imaginary') {
      this.fail('invalidPattern', 'real number required in complex literal', real.start, real.end);
    }
    if (right.value.type !== 'imaginary') {
      this.fail('invalidPattern', 'imaginary number required in complex literal', right.start, right.end);
    }
    const op = kind === T.PLUS ? 'Add' : 'Sub';
    const sum: BinOp = { kind: 'BinOp', left, op, right, id: this.nodeCount++, start, end: this.lastEnd };
    return sum;
  }

  private parseSignedNumber(): Expr {
    const start = this.start;
    const negative = this.accept(T.MINUS);
    if (this.kinds[this.pos] !== T.NUMBER) this.failSyntax();
    const operand = this.parseNumber();
    if (!negative) return operand;
    return { kind: 'UnaryOp', op: 'USub', operand, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseLiteralString(what: 'patterns' | 'mapping pattern keys'): Expr {
    const value = this.parseStrings();
    if (value.kind === 'JoinedStr') {
      this.fail('invalidPattern', `${what} may only match literals and attribute lookups`, value.start, value.end);
    }
    return value;
  }

  private parseGroupOrSequence(): Pattern {
    const start = this.start;
    this.pos++;
    if (this.accept(T.RPAR)) return { kind: 'MatchSequence', patterns: [], id: this.nodeCount++, start, end: this.lastEnd };
    const first = this.parseMaybeStarPattern();
    if (this.kinds[this.pos] === T.COMMA) {
      const patterns = this.parseMorePatterns(first, T.RPAR);
      this.expect(T.RPAR);
      return { kind: 'MatchSequence', patterns, id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (first.kind === 'MatchStar') this.failSyntax();
    this.expect(T.RPAR);
    return first;
  }

  private parseSequence(): Pattern {
    const start = this.start;
    this.pos++;
    let patterns: Pattern[] = [];
    if (this.kinds[this.pos] !== T.RSQB) patterns = this.parseMorePatterns(this.parseMaybeStarPattern(), T.RSQB);
    this.expect(T.RSQB);
    return { kind: 'MatchSequence', patterns, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseMapping(): Pattern {
    const start = this.start;
    const keys: Expr[] = [];
    const patterns: Pattern[] = [];
    let rest: string | null = null;
    this.pos++;
    while (this.kinds[this.pos] !== T.RBRACE) {
      // Nothing may follow `**rest`.
      if (rest !== null) this.failSyntax();
      if (this.accept(T.DOUBLESTAR)) {
        rest = this.expectName();
        if (rest === '_') {
          this.pos--;
          this.failSyntax();
        }
      } else {
        keys.push(this.parseMappingKey());
        this.expect(T.COLON);
        patterns.push(this.parsePattern());
      }
      if (!this.accept(T.COMMA)) break;
    }
    this.expect(T.RBRACE);
    return { kind: 'MatchMapping', keys, patterns, rest, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseMappingKey(): Expr {
    const start = this.start;
    const kind = this.kinds[this.pos];
    switch (kind) {
      case T.NUMBER:
      case T.MINUS:
        return this.parseLiteralNumber();
      case T.STRING:
      case T.FSTRING_START:
        return this.parseLiteralString('mapping pattern keys');
      case T.NAME: {
        const name = this.parseDottedName();
        if (name.kind === 'Name') this.failSyntax();
        return name;
      }
      case T.KW_NONE:
        this.pos++;
        return { kind: 'Constant', value: { type: 'none' }, literalKind: null, id: this.nodeCount++, start, end: this.lastEnd };
      case T.KW_TRUE:
      case T.KW_FALSE: {
        this.pos++;
        const value = { type: 'bool', value: kind === T.KW_TRUE } as const;
        return { kind: 'Constant', value, literalKind: null, id: this.nodeCount++, start, end: this.lastEnd };
      }
      default:
        return this.failSyntax();
    }
  }

  private parseClassPattern(cls: Expr): Pattern {
    const { start } = cls;
    const patterns: Pattern[] = [];
    const kwd_attrs: string[] = [];
    const kwd_patterns: Pattern[] = [];
    this.pos++;
    while (this.kinds[this.pos] !== T.RPAR) {
      if (this.kinds[this.pos] === T.NAME && this.kinds[this.pos + 1] === T.EQUAL) {
        kwd_attrs.push(this.nameAt(this.pos));
        this.pos += 2;
        kwd_patterns.push(this.parsePattern());
      } else {
        const pattern = this.parsePattern();
        if (kwd_attrs.length > 0) {
          this.fail('invalidPattern', 'positional patterns follow keyword patterns', pattern.start, pattern.end);
        }
        patterns.push(pattern);
      }
      if (!this.accept(T.COMMA)) break;
    }
    this.expect(T.RPAR);
    return { kind: 'MatchClass', cls, patterns, kwd_attrs, kwd_patterns, id: this.nodeCount++, start, end: this.lastEnd };
  }
}
