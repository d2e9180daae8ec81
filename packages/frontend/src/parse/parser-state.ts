/**
 * What all layers of the parser share: the token cursor, node numbers, speculation and the ways to fail.
 *
 * The parser is one class built in layers, each in its own file and each extending the one below: literals, atoms,
 * calls, parameters, expressions, patterns, statements. A layer calls upwards only through abstract methods that it
 * declares. A fault is thrown as a `SyntaxFailure` and caught at the enclosing statement, where parsing resumes.
 */
import type { LineMap } from '../ast/line-map.ts';
import { type SyntaxDiagnostic, type SyntaxFault, syntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import * as T from '../lex/token-kind.ts';
import type { TokenList } from '../lex/token-list.ts';

/** Carries one diagnostic from where a rule fails to the statement loop. */
export class SyntaxFailure extends Error {
  readonly diagnostic: SyntaxDiagnostic;

  constructor(diagnostic: SyntaxDiagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** How deep expressions may nest before the parser refuses rather than run out of stack. */
const MAX_EXPRESSION_DEPTH = 1000;

export abstract class ParserState {
  readonly source: string;
  readonly tokens: TokenList;
  readonly lines: LineMap;
  readonly diagnostics: SyntaxDiagnostic[] = [];
  protected readonly kinds: Uint8Array;
  protected readonly starts: Int32Array;
  protected readonly ends: Int32Array;
  /** Index of the current token. */
  protected pos = 0;
  /** The number of the next node. */
  protected nodeCount = 0;
  /** How many expression rules are active. */
  protected depth = 0;
  /** First token of the operand chain parsed last: where a missing comma is reported from. */
  protected disjunctionStart = 0;
  /** Token after it. */
  protected disjunctionEnd = 0;
  /** Whether a rule runs only to choose a message. */
  protected isSpeculating = false;

  constructor(tokens: TokenList) {
    this.tokens = tokens;
    this.source = tokens.source;
    this.lines = tokens.lines;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
  }

  // ------------------------------------------------------------------------------------------------------- cursor

  protected accept(kind: number): boolean {
    if (this.kinds[this.pos] !== kind) return false;
    this.pos++;
    return true;
  }

  /** Offset where the current token starts. */
  protected get start(): number {
    return this.starts[this.pos] as number;
  }

  /** Offset where the token before the current one ends. */
  protected get lastEnd(): number {
    return this.ends[this.pos - 1] as number;
  }

  /** Offset where the last token that is not layout ends: the end of a statement. */
  protected statementEnd(): number {
    let at = this.pos - 1;
    while (at > 0 && (this.kinds[at] as number) <= T.DEDENT) at--;
    return this.ends[at] as number;
  }

  /** The spelling of a NAME token, NFKC-normalised as Python's identifiers are. */
  protected nameAt(index: number): string {
    const text = this.source.slice(this.starts[index], this.ends[index]);
    return this.tokens.hasUnicodeNames ? text.normalize('NFKC') : text;
  }

  /** Takes a NAME and answers it, or fails. */
  protected expectName(): string {
    if (this.kinds[this.pos] !== T.NAME) this.failSyntax();
    return this.nameAt(this.pos++);
  }

  /** Takes a token of `kind`, or fails with plain "invalid syntax". */
  protected expect(kind: number): void {
    if (this.kinds[this.pos] !== kind) this.failSyntax();
    this.pos++;
  }

  /** Takes a token that nothing else could be in place of, or fails saying so. */
  protected expectForced(kind: number): void {
    if (this.kinds[this.pos] !== kind) this.failExpected(kind);
    this.pos++;
  }

  protected isNameText(index: number, text: string): boolean {
    if (this.kinds[index] !== T.NAME) return false;
    const start = this.starts[index] as number;
    return (this.ends[index] as number) - start === text.length && this.source.startsWith(text, start);
  }

  // -------------------------------------------------------------------------------------------------------- depth

  /** Counts one more nested expression; the caller subtracts it when done. */
  protected enter(): void {
    if (++this.depth > MAX_EXPRESSION_DEPTH) {
      this.fail('nestingLimit', `expression is nested more than ${MAX_EXPRESSION_DEPTH} levels deep`, this.start, this.start);
    }
  }

  /**
   * Runs `rule` to see whether it would succeed; the cursor goes back in any case. Only for choosing a message, and what
   * `rule` runs into looks for no message of its own: nested attempts would take exponential time.
   */
  protected wouldParse<Result>(rule: () => Result): Result | null {
    if (this.isSpeculating) return null;
    const { pos, nodeCount, depth, disjunctionStart, disjunctionEnd } = this;
    this.isSpeculating = true;
    try {
      return rule();
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error;
      return null;
    } finally {
      this.isSpeculating = false;
      this.pos = pos;
      this.nodeCount = nodeCount;
      this.depth = depth;
      this.disjunctionStart = disjunctionStart;
      this.disjunctionEnd = disjunctionEnd;
    }
  }

  // ----------------------------------------------------------------------------------------------------- failures

  protected fail(fault: SyntaxFault, message: string, start: number, end: number): never {
    throw new SyntaxFailure(syntaxDiagnostic(fault, message, start, end));
  }

  /** Fails at one token. */
  protected failAt(fault: SyntaxFault, message: string, index: number): never {
    this.fail(fault, message, this.starts[index] as number, this.ends[index] as number);
  }

  /** The current token fits no rule. */
  protected failSyntax(): never {
    const index = this.pos;
    const kind = this.kinds[index];
    if (kind === T.ERROR) {
      const diagnostic = this.tokens.errors.get(index);
      if (diagnostic !== undefined) throw new SyntaxFailure(diagnostic);
    }
    if (kind === T.INDENT) this.failAt('unexpectedIndent', 'unexpected indent', index);
    this.failAt('invalidSyntax', 'invalid syntax', index);
  }

  protected failExpected(kind: number): never {
    if (this.kinds[this.pos] === T.ERROR) this.failSyntax();
    this.failAt('expectedToken', `expected '${T.TOKEN_TEXT[kind]}'`, this.pos);
  }

  /** The header of a compound statement ends here: a line end lacks its colon, anything else is simply wrong. */
  protected expectColon(): void {
    if (this.kinds[this.pos] === T.COLON) {
      this.pos++;
      return;
    }
    if (this.kinds[this.pos] === T.NEWLINE) this.failExpected(T.COLON);
    this.failSyntax();
  }
}
