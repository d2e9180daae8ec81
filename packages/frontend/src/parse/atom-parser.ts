/**
 * Parses what brackets enclose: groups, tuples, lists, sets, dicts, comprehensions and generator expressions.
 */
import type { Comprehension, Dict, DictComp, Expr, List, ListComp, SetComp, SetExpr, Starred } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { invalidTarget, setContext } from './assignment-target.ts';
import { expressionName } from './expression-name.ts';
import { LiteralParser } from './literal-parser.ts';

export abstract class AtomParser extends LiteralParser {
  protected abstract parseExpression(): Expr;
  /** An expression, or `name := expression`. */
  protected abstract parseNamedExpression(): Expr;
  /** An expression without a conditional or lambda around it. */
  protected abstract parseDisjunction(): Expr;
  /** Fails at `:=` after something other than a name. */
  protected abstract refuseNamedTarget(target: Expr): never;
  /** What binds at least as tightly as `|`. */
  protected abstract parseBitwiseOr(): Expr;
  protected abstract parseYield(): Expr;
  protected abstract parseStarExpressions(): Expr;

  /** Whether the current token starts `for` or `async for` clauses. */
  protected atComprehension(): boolean {
    const kind = this.kinds[this.pos];
    return kind === T.KW_FOR || (kind === T.KW_ASYNC && this.kinds[this.pos + 1] === T.KW_FOR);
  }

  /** `*expression` of a display or the like: binds tighter than comparisons. */
  protected parseStarred(): Starred {
    const start = this.start;
    this.pos++;
    const value = this.parseBitwiseOr();
    return { kind: 'Starred', value, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
  }

  protected parseStarNamedExpression(): Expr {
    return this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseNamedExpression();
  }

  /** `( ... )`: an empty tuple, a group, a tuple or a generator expression. */
  protected parseParenthesized(): Expr {
    const start = this.start;
    this.pos++;
    const kind = this.kinds[this.pos];
    if (kind === T.RPAR) {
      this.pos++;
      return { kind: 'Tuple', elts: [], ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (kind === T.KW_YIELD) {
      const value = this.parseYield();
      this.closeBracket(T.RPAR);
      return value;
    }
    if (kind === T.DOUBLESTAR) {
      const at = this.pos++;
      this.parseExpression();
      if (this.kinds[this.pos] === T.RPAR) {
        this.fail('misplacedUnpacking', 'cannot use double starred expression here', this.starts[at] as number, this.lastEnd);
      }
      this.pos = at;
      this.failSyntax();
    }
    const first = this.parseStarNamedExpression();
    if (this.atComprehension()) {
      this.refuseStarredElement(first);
      const generators = this.parseComprehensionClauses();
      this.closeBracket(T.RPAR);
      return { kind: 'GeneratorExp', elt: first, generators, id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (this.kinds[this.pos] === T.COMMA) {
      const elts = this.parseElements(first, T.RPAR);
      this.closeBracket(T.RPAR);
      return { kind: 'Tuple', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (first.kind === 'Starred' && this.kinds[this.pos] === T.RPAR) {
      this.fail('misplacedUnpacking', 'cannot use starred expression here', first.start, first.end);
    }
    this.closeBracket(T.RPAR);
    return first;
  }

  protected parseList(): List | ListComp {
    const start = this.start;
    this.pos++;
    if (this.kinds[this.pos] === T.RSQB) {
      this.pos++;
      return { kind: 'List', elts: [], ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
    }
    const first = this.parseStarNamedExpression();
    if (this.atComprehension()) {
      this.refuseStarredElement(first);
      const generators = this.parseComprehensionClauses();
      this.closeBracket(T.RSQB);
      return { kind: 'ListComp', elt: first, generators, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const elts = this.parseElements(first, T.RSQB);
    this.refuseBareComprehensionTarget(elts);
    this.closeBracket(T.RSQB);
    return { kind: 'List', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** `{ ... }`: which of the four it is shows after the first element. */
  protected parseBraces(): Dict | DictComp | SetExpr | SetComp {
    const start = this.start;
    this.pos++;
    const kind = this.kinds[this.pos];
    if (kind === T.RBRACE) {
      this.pos++;
      return { kind: 'Dict', keys: [], values: [], id: this.nodeCount++, start, end: this.lastEnd };
    }
    if (kind === T.DOUBLESTAR) return this.parseDict(start, null);
    const first = this.parseStarNamedExpression();
    if (this.kinds[this.pos] === T.COLON && first.kind !== 'Starred' && first.kind !== 'NamedExpr') return this.parseDict(start, first);
    if (this.kinds[this.pos] === T.COLON && first.kind === 'NamedExpr' && this.kinds[this.pos - 1] === T.RPAR) {
      return this.parseDict(start, first);
    }
    if (this.atComprehension()) {
      this.refuseStarredElement(first);
      const generators = this.parseComprehensionClauses();
      this.closeBracket(T.RBRACE);
      return { kind: 'SetComp', elt: first, generators, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const elts = this.parseElements(first, T.RBRACE);
    this.refuseBareComprehensionTarget(elts);
    this.closeBracket(T.RBRACE);
    return { kind: 'Set', elts, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** The rest of a dict; `firstKey` is `null` when it starts with `**`. */
  private parseDict(start: number, firstKey: Expr | null): Dict | DictComp {
    const keys: (Expr | null)[] = [];
    const values: Expr[] = [];
    let key = firstKey;
    for (;;) {
      if (key === null && this.kinds[this.pos] === T.DOUBLESTAR) {
        const at = this.pos++;
        keys.push(null);
        values.push(this.parseBitwiseOr());
        if (this.atComprehension()) this.failAt('dictDisplay', 'dict unpacking cannot be used in dict comprehension', at);
      } else {
        key ??= this.parseExpression();
        if (this.kinds[this.pos] !== T.COLON) {
          this.checkMissingComma();
          if (this.kinds[this.pos] === T.ERROR) this.failSyntax();
          this.failAt('dictDisplay', "':' expected after dictionary key", this.pos - 1);
        }
        const value = this.parseDictValue();
        if (keys.length === 0 && this.atComprehension()) {
          const generators = this.parseComprehensionClauses();
          this.closeBracket(T.RBRACE);
          return { kind: 'DictComp', key, value, generators, id: this.nodeCount++, start, end: this.lastEnd };
        }
        keys.push(key);
        values.push(value);
      }
      key = null;
      if (!this.accept(T.COMMA) || this.kinds[this.pos] === T.RBRACE) break;
    }
    this.closeBracket(T.RBRACE);
    return { kind: 'Dict', keys, values, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseDictValue(): Expr {
    const colon = this.pos++;
    const kind = this.kinds[this.pos];
    if (kind === T.RBRACE || kind === T.COMMA) this.failAt('dictDisplay', "expression expected after dictionary key and ':'", colon);
    if (kind === T.STAR) {
      const starred = this.parseStarred();
      this.fail('dictDisplay', 'cannot use a starred expression in a dictionary value', starred.start, starred.end);
    }
    return this.parseExpression();
  }

  /** The elements after `first`, up to the closing bracket, which is left. */
  private parseElements(first: Expr, closer: number): Expr[] {
    const elts = [first];
    while (this.accept(T.COMMA)) {
      if (this.kinds[this.pos] === closer) break;
      elts.push(this.parseStarNamedExpression());
    }
    return elts;
  }

  /** Takes the closing bracket, or says what is likely missing before it. */
  protected closeBracket(kind: number): void {
    if (this.kinds[this.pos] === kind) {
      this.pos++;
      return;
    }
    this.checkMissingComma();
    this.failSyntax();
  }

  private refuseStarredElement(element: Expr): void {
    if (element.kind !== 'Starred') return;
    this.fail('misplacedUnpacking', 'iterable unpacking cannot be used in comprehension', element.start, element.end);
  }

  /** `[a, b for a, b in c]` */
  private refuseBareComprehensionTarget(elts: readonly Expr[]): void {
    if (!this.atComprehension()) return;
    if (this.wouldParse(() => this.parseComprehensionClauses()) === null) this.failSyntax();
    const message = 'did you forget parentheses around the comprehension target?';
    this.fail('comprehensionTarget', message, (elts[0] as Expr).start, this.lastEnd);
  }

  // ----------------------------------------------------------------------------------------------- comprehensions

  protected parseComprehensionClauses(): Comprehension[] {
    const clauses: Comprehension[] = [];
    while (this.atComprehension()) {
      const start = this.start;
      const isAsync = this.accept(T.KW_ASYNC);
      this.pos++;
      const target = this.parseForTarget();
      const iter = this.parseDisjunction();
      const ifs: Expr[] = [];
      while (this.accept(T.KW_IF)) ifs.push(this.parseDisjunction());
      clauses.push({ kind: 'comprehension', target, iter, ifs, is_async: isAsync, id: this.nodeCount++, start, end: this.lastEnd });
    }
    return clauses;
  }

  /** The targets between `for` and `in`, and the `in`. */
  protected parseForTarget(): Expr {
    const first = this.pos;
    const target = this.parseTargetList();
    if (this.kinds[this.pos] === T.KW_IN && invalidTarget(target, 'assign') === null) {
      this.pos++;
      setContext(target, 'Store');
      return target;
    }
    this.pos = first;
    const whole = this.wouldParse(() => this.parseStarExpressions());
    if (whole === null) this.failSyntax();
    const bad = invalidTarget(whole, 'for');
    if (bad !== null) this.fail('invalidTarget', `cannot assign to ${expressionName(bad)}`, bad.start, bad.end);
    // The targets are fine, so what follows them is at fault.
    this.parseTargetList();
    this.failSyntax();
  }

  /** Comma-separated expressions that bind tighter than `in`, with stars: one, or a tuple. */
  private parseTargetList(): Expr {
    const start = this.start;
    const first = this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseBitwiseOr();
    if (this.kinds[this.pos] !== T.COMMA) return first;
    const elts = [first];
    while (this.accept(T.COMMA)) {
      if (this.kinds[this.pos] === T.KW_IN) break;
      elts.push(this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseBitwiseOr());
    }
    return { kind: 'Tuple', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
  }
}
