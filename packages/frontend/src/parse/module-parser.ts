/**
 * The top of the parser: which statement a line starts, and how to go on after a fault.
 *
 * A fault ends its statement. Parsing resumes after the line, or after the block that follows a broken header, whose
 * statements are still read for faults of their own; clauses that belonged to it (`else`, `except`) are passed over.
 */
import type { Stmt } from '../ast/nodes.ts';
import { SYNTAX_CODES, type SyntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import * as T from '../lex/token-kind.ts';
import { DefinitionParser } from './definition-parser.ts';
import { SyntaxFailure } from './parser-state.ts';

/** More faults than this in one file help nobody. */
const MAX_DIAGNOSTICS = 100;

export class ModuleParser extends DefinitionParser {
  parseBody(): Stmt[] {
    const body: Stmt[] = [];
    while (this.kinds[this.pos] !== T.ENDMARKER) this.guarded(() => this.parseStatement(body));
    return body;
  }

  /** How many nodes have been made. */
  get made(): number {
    return this.nodeCount;
  }

  protected parseIndentedStatements(): Stmt[] {
    const body: Stmt[] = [];
    while (this.kinds[this.pos] !== T.DEDENT && this.kinds[this.pos] !== T.ENDMARKER) {
      this.guarded(() => this.parseStatement(body));
    }
    this.accept(T.DEDENT);
    return body;
  }

  protected guarded(rule: () => void): void {
    const { depth } = this;
    const first = this.pos;
    try {
      rule();
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error;
      this.depth = depth;
      this.recover(error.diagnostic, first);
    }
  }

  private parseStatement(body: Stmt[]): void {
    const first = this.pos;
    const start = this.start;
    switch (this.kinds[first]) {
      case T.KW_DEF:
        body.push(this.parseFunction(false, start, []));
        return;
      case T.AT:
        body.push(this.parseDecorated());
        return;
      case T.KW_CLASS:
        body.push(this.parseClass([]));
        return;
      case T.KW_IF:
        body.push(this.parseIf());
        return;
      case T.KW_FOR:
        body.push(this.parseFor(false, start));
        return;
      case T.KW_WHILE:
        body.push(this.parseWhile());
        return;
      case T.KW_TRY:
        body.push(this.parseTry());
        return;
      case T.KW_WITH:
        body.push(this.parseWith(false, start));
        return;
      case T.KW_ASYNC:
        body.push(this.parseAsync(start));
        return;
      case T.NAME:
        if (this.atMatchStatement()) {
          body.push(this.parseMatch());
          return;
        }
    }
    this.parseSimpleStatements(body);
  }

  private parseAsync(start: number): Stmt {
    this.pos++;
    switch (this.kinds[this.pos]) {
      case T.KW_DEF:
        return this.parseFunction(true, start, []);
      case T.KW_FOR:
        return this.parseFor(true, start);
      case T.KW_WITH:
        return this.parseWith(true, start);
      default:
        return this.failSyntax();
    }
  }

  // ----------------------------------------------------------------------------------------------------- recovery

  private recover(diagnostic: SyntaxDiagnostic, first: number): void {
    const failedAt = Math.max(this.pos, first);
    if (this.kinds[failedAt] === T.INDENT) {
      this.diagnostics.push(diagnostic);
      this.pos = failedAt + 1;
      this.parseIndentedStatements();
      return;
    }
    // What the tokenizer refused on the rest of the line is the likelier cause, if it is not what failed.
    const isRefusal = this.kinds[failedAt] === T.ERROR;
    let at = this.kinds[failedAt - 1] === T.NEWLINE && failedAt > first ? failedAt - 1 : failedAt;
    let cause = diagnostic;
    for (; this.kinds[at] !== T.NEWLINE && this.kinds[at] !== T.ENDMARKER; at++) {
      const refused = this.kinds[at] === T.ERROR ? this.tokens.errors.get(at) : undefined;
      if (refused === undefined || isRefusal || cause !== diagnostic) continue;
      if (this.overrides(refused, diagnostic, failedAt)) cause = refused;
    }
    this.diagnostics.push(cause);
    if (this.diagnostics.length >= MAX_DIAGNOSTICS) {
      this.pos = this.tokens.count - 1;
      return;
    }
    this.pos = at;
    this.accept(T.NEWLINE);
    this.skipOrphanBlock();
    while (this.atOrphanClause()) {
      while (this.kinds[this.pos] !== T.NEWLINE && this.kinds[this.pos] !== T.ENDMARKER) this.pos++;
      this.accept(T.NEWLINE);
      this.skipOrphanBlock();
    }
  }

  /** Whether a refusal further along the line explains a fault better than the parser's own message. */
  private overrides(refused: SyntaxDiagnostic, fault: SyntaxDiagnostic, failedAt: number): boolean {
    switch (refused.code) {
      case SYNTAX_CODES.badContinuation:
        return false;
      case SYNTAX_CODES.unclosedBracket:
        if (this.lines.line(refused.start) < this.lines.line(fault.end)) return true;
        // An expression followed by another one that is cut off.
        return refused.start >= fault.start && this.disjunctionEnd === failedAt && this.startsExpression(failedAt);
      default:
        if (fault.code === SYNTAX_CODES.fstring) return false;
        return fault.code === SYNTAX_CODES.invalidSyntax || !refused.message.includes('f-string');
    }
  }

  /** The block of a header that was wrong: statements, or the clauses of a `match`. */
  private skipOrphanBlock(): void {
    if (!this.accept(T.INDENT)) return;
    if (this.isNameText(this.pos, 'case') && this.startsExpression(this.pos + 1)) this.parseCases([]);
    else this.parseIndentedStatements();
  }

  private atOrphanClause(): boolean {
    const kind = this.kinds[this.pos];
    return kind === T.KW_ELIF || kind === T.KW_ELSE || kind === T.KW_EXCEPT || kind === T.KW_FINALLY;
  }
}
