/**
 * Parses the statements that contain blocks, except definitions: `if`, loops, `with`, `try`, `match`.
 */
import type { ExceptHandler, Expr, MatchCase, Stmt, WithItem } from '../ast/nodes.ts';
import { syntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import * as T from '../lex/token-kind.ts';
import { invalidTarget } from './assignment-target.ts';
import { SimpleStatementParser } from './simple-statement-parser.ts';

export abstract class CompoundStatementParser extends SimpleStatementParser {
  /** Statements up to the DEDENT that ends their block, which is taken. */
  protected abstract parseIndentedStatements(): Stmt[];
  /** Runs `rule`; after a fault, records it and goes on behind the statement or clause that has it. */
  protected abstract guarded(rule: () => void): void;

  /** The block after a colon; `what` and `keyword` (a token index) say in messages whose it is. */
  protected parseBlock(what: string, keyword: number): Stmt[] {
    if (this.kinds[this.pos] !== T.NEWLINE) {
      const body: Stmt[] = [];
      this.parseSimpleStatements(body);
      return body;
    }
    this.pos++;
    if (this.kinds[this.pos] !== T.INDENT) {
      if (this.kinds[this.pos] === T.ERROR) this.failSyntax();
      const line = this.lines.line(this.starts[keyword] as number);
      const message = `expected an indented block after ${what} on line ${line}`;
      // Not thrown: what stands here is a statement of its own, which parses as usual.
      this.diagnostics.push(syntaxDiagnostic('expectedBlock', message, this.start, this.ends[this.pos] as number));
      return [];
    }
    this.pos++;
    return this.parseIndentedStatements();
  }

  protected parseIf(): Stmt {
    const arms: { start: number; test: Expr; body: Stmt[] }[] = [];
    do {
      const keyword = this.pos++;
      const test = this.parseNamedExpression();
      this.expectColon();
      const body = this.parseBlock(`'${T.TOKEN_TEXT[this.kinds[keyword] as number]}' statement`, keyword);
      arms.push({ start: this.starts[keyword] as number, test, body });
    } while (this.kinds[this.pos] === T.KW_ELIF);
    let orelse = this.parseElse();
    // Built from the last arm to the first: long chains need no recursion.
    const end = this.statementEnd();
    for (let i = arms.length - 1; i > 0; i--) {
      const { start, test, body } = arms[i] as (typeof arms)[number];
      orelse = [{ kind: 'If', test, body, orelse, id: this.nodeCount++, start, end }];
    }
    const { start, test, body } = arms[0] as (typeof arms)[number];
    return { kind: 'If', test, body, orelse, id: this.nodeCount++, start, end };
  }

  private parseElse(): Stmt[] {
    if (this.kinds[this.pos] !== T.KW_ELSE) return [];
    const keyword = this.pos++;
    this.expectForced(T.COLON);
    return this.parseBlock("'else' statement", keyword);
  }

  protected parseWhile(): Stmt {
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    const test = this.parseNamedExpression();
    this.expectColon();
    const body = this.parseBlock("'while' statement", keyword);
    const orelse = this.parseElse();
    return { kind: 'While', test, body, orelse, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  /** `for`, perhaps after `async`, where the statement starts. */
  protected parseFor(isAsync: boolean, start: number): Stmt {
    const keyword = this.pos++;
    const target = this.parseForTarget();
    const iter = this.parseStarExpressions();
    this.expectColon();
    const body = this.parseBlock("'for' statement", keyword);
    const orelse = this.parseElse();
    const kind = isAsync ? 'AsyncFor' : 'For';
    return { kind, target, iter, body, orelse, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  // --------------------------------------------------------------------------------------------------------- with

  protected parseWith(isAsync: boolean, start: number): Stmt {
    const keyword = this.pos++;
    const parenthesized = this.kinds[this.pos] === T.LPAR && this.hasParenthesizedItems();
    const items: WithItem[] = [];
    if (parenthesized) this.pos++;
    do {
      if (parenthesized && items.length > 0 && this.kinds[this.pos] === T.RPAR) break;
      items.push(this.parseWithItem());
    } while (this.accept(T.COMMA));
    if (parenthesized) this.closeBracket(T.RPAR);
    this.expectColon();
    const body = this.parseBlock("'with' statement", keyword);
    const kind = isAsync ? 'AsyncWith' : 'With';
    return { kind, items, body, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  private parseWithItem(): WithItem {
    const start = this.start;
    const context_expr = this.parseExpression();
    let optional_vars: Expr | null = null;
    if (this.accept(T.KW_AS)) {
      optional_vars = this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseExpression();
      const kind = this.kinds[this.pos];
      if (kind !== T.COMMA && kind !== T.RPAR && kind !== T.COLON && kind !== T.NEWLINE) this.failSyntax();
      this.makeTarget(optional_vars, invalidTarget(optional_vars, 'assign'), 'assign to');
    }
    return { kind: 'withitem', context_expr, optional_vars, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /**
   * Whether the parenthesis after `with` encloses items rather than starting an expression: an `as` directly inside
   * says so; otherwise `):` must follow and nothing inside may be what no item is (`yield`, a star, `:=`, `for`).
   */
  private hasParenthesizedItems(): boolean {
    let depth = 0;
    let lambdas = 0;
    let possible = this.kinds[this.pos + 1] !== T.RPAR;
    for (let at = this.pos; ; at++) {
      const kind = this.kinds[at];
      if (kind === T.LPAR || kind === T.LSQB || kind === T.LBRACE) depth++;
      else if (kind === T.RPAR || kind === T.RSQB || kind === T.RBRACE) {
        if (--depth === 0) {
          const after = this.kinds[at + 1];
          return possible && (after === T.COLON || after === T.NEWLINE);
        }
      } else if (kind === T.NEWLINE || kind === T.ENDMARKER || kind === T.ERROR) return false;
      else if (depth !== 1) continue;
      else if (kind === T.KW_AS) return true;
      else if (kind === T.KW_LAMBDA) lambdas++;
      else if (kind === T.COLON && lambdas > 0) lambdas--;
      else if (kind === T.KW_YIELD || kind === T.KW_FOR || kind === T.COLONEQUAL) possible = false;
      else if (kind === T.STAR && lambdas === 0) {
        const before = this.kinds[at - 1];
        if (before === T.LPAR || before === T.COMMA) possible = false;
      }
    }
  }

  // ---------------------------------------------------------------------------------------------------------- try

  protected parseTry(): Stmt {
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    this.expectForced(T.COLON);
    const body = this.parseBlock("'try' statement", keyword);
    const handlers: ExceptHandler[] = [];
    let isStar: boolean | null = null;
    while (this.kinds[this.pos] === T.KW_EXCEPT) {
      const at = this.pos;
      const star = this.kinds[at + 1] === T.STAR;
      isStar ??= star;
      const handler = this.parseExceptHandler(star);
      if (star !== isStar) this.failAt('exceptForm', "cannot have both 'except' and 'except*' on the same 'try'", at);
      handlers.push(handler);
    }
    const orelse = handlers.length > 0 ? this.parseElse() : [];
    let finalbody: Stmt[] = [];
    if (this.kinds[this.pos] === T.KW_FINALLY) {
      const at = this.pos++;
      this.expectForced(T.COLON);
      finalbody = this.parseBlock("'finally' statement", at);
    } else if (handlers.length === 0) {
      if (this.kinds[this.pos] === T.ERROR) this.failSyntax();
      this.diagnostics.push(
        syntaxDiagnostic('tryWithoutHandler', "expected 'except' or 'finally' block", this.start, this.ends[this.pos] as number),
      );
    }
    const kind = isStar === true ? 'TryStar' : 'Try';
    return { kind, body, handlers, orelse, finalbody, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  private parseExceptHandler(star: boolean): ExceptHandler {
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    if (star) this.pos++;
    let type: Expr | null = null;
    let name: string | null = null;
    const next = this.kinds[this.pos];
    if (star && (next === T.COLON || next === T.NEWLINE)) {
      this.failAt('exceptForm', 'expected one or more exception types', this.pos);
    }
    if (next !== T.COLON && next !== T.NEWLINE) {
      type = this.parseExpression();
      if (this.kinds[this.pos] === T.COMMA) this.refuseBareExceptionTypes(type);
      if (this.accept(T.KW_AS)) name = this.expectName();
    }
    this.expectColon();
    const body = this.parseBlock(star ? "'except*' statement" : "'except' statement", keyword);
    return { kind: 'ExceptHandler', type, name, body, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  /** `except A, B:` */
  private refuseBareExceptionTypes(first: Expr): never {
    const end = this.wouldParse(() => {
      while (this.accept(T.COMMA)) if (this.startsExpression(this.pos)) this.parseExpression();
      const { lastEnd } = this;
      if (this.accept(T.KW_AS)) this.expectName();
      this.expect(T.COLON);
      return lastEnd;
    });
    if (end === null) this.failSyntax();
    this.fail('exceptForm', 'multiple exception types must be parenthesized', first.start, end);
  }

  // -------------------------------------------------------------------------------------------------------- match

  /** Whether the name `match` at the cursor starts a statement rather than an expression. */
  protected atMatchStatement(): boolean {
    if (!this.isNameText(this.pos, 'match')) return false;
    const next = this.kinds[this.pos + 1];
    switch (next) {
      case T.LPAR:
      case T.LSQB:
      case T.MINUS:
      case T.PLUS:
      case T.STAR:
      case T.KW_NOT:
        break;
      default:
        return this.startsExpression(this.pos + 1);
    }
    let at = this.pos + 2;
    while (this.kinds[at] !== T.NEWLINE && this.kinds[at] !== T.ENDMARKER) at++;
    return this.kinds[at - 1] === T.COLON;
  }

  protected parseMatch(): Stmt {
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    const subject = this.parseSubject();
    this.expectColon();
    if (this.kinds[this.pos] !== T.NEWLINE) this.failSyntax();
    this.pos++;
    if (this.kinds[this.pos] !== T.INDENT) {
      const message = `expected an indented block after 'match' statement on line ${this.lines.line(start)}`;
      if (this.kinds[this.pos] === T.ERROR) this.failSyntax();
      this.diagnostics.push(syntaxDiagnostic('expectedBlock', message, this.start, this.ends[this.pos] as number));
      return { kind: 'Match', subject, cases: [], id: this.nodeCount++, start, end: this.statementEnd() };
    }
    this.pos++;
    const cases: MatchCase[] = [];
    this.parseCases(cases);
    return { kind: 'Match', subject, cases, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  /** `case` clauses up to the DEDENT that ends their block, which is taken. */
  protected parseCases(cases: MatchCase[]): void {
    while (this.kinds[this.pos] !== T.DEDENT && this.kinds[this.pos] !== T.ENDMARKER) {
      this.guarded(() => cases.push(this.parseCase()));
    }
    this.accept(T.DEDENT);
  }

  private parseSubject(): Expr {
    const start = this.start;
    const first = this.parseStarNamedExpression();
    if (this.kinds[this.pos] !== T.COMMA) {
      if (first.kind === 'Starred') this.failSyntax();
      return first;
    }
    const elts = [first];
    while (this.accept(T.COMMA)) {
      if (this.kinds[this.pos] === T.COLON) break;
      elts.push(this.parseStarNamedExpression());
    }
    return { kind: 'Tuple', elts, ctx: 'Load', id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseCase(): MatchCase {
    if (!this.isNameText(this.pos, 'case')) this.failSyntax();
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    const pattern = this.parsePatterns();
    const guard = this.accept(T.KW_IF) ? this.parseNamedExpression() : null;
    this.expectColon();
    const body = this.parseBlock("'case' statement", keyword);
    return { kind: 'match_case', pattern, guard, body, id: this.nodeCount++, start, end: this.statementEnd() };
  }
}
