/**
 * Parses parameter lists of functions and lambdas, which differ only in annotations and in what ends them.
 */
import type { Arg, Arguments, Expr } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { CallParser } from './call-parser.ts';

/** What has been seen of a parameter list. */
interface ParameterState {
  readonly closer: number;
  posonlyargs: Arg[];
  args: Arg[];
  readonly kwonlyargs: Arg[];
  readonly kw_defaults: (Expr | null)[];
  readonly defaults: Expr[];
  vararg: Arg | null;
  kwarg: Arg | null;
  seenSlash: boolean;
  seenStar: boolean;
}

export abstract class ParameterParser extends CallParser {
  /** Parameters up to `closer`, which is left: `)` of a function, `:` of a lambda. */
  protected parseParameters(closer: number): Arguments {
    const start = this.start;
    const state: ParameterState = {
      closer,
      posonlyargs: [],
      args: [],
      kwonlyargs: [],
      kw_defaults: [],
      defaults: [],
      vararg: null,
      kwarg: null,
      seenSlash: false,
      seenStar: false,
    };
    const first = this.pos;
    while (this.kinds[this.pos] !== closer) {
      const kind = this.kinds[this.pos];
      if (state.kwarg !== null) this.refuseAfterKwarg();
      if (kind === T.NAME) this.parsePlainParameter(state);
      else if (kind === T.SLASH) this.parseSlash(state);
      else if (kind === T.STAR) this.parseStarParameter(state);
      else if (kind === T.DOUBLESTAR) this.parseKwarg(state);
      else if (kind === T.LPAR && !state.seenStar && state.defaults.length === 0) this.refuseParenthesized(state);
      else this.failSyntax();
      if (!this.accept(T.COMMA)) break;
    }
    const { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } = state;
    const end = this.pos === first ? start : this.lastEnd;
    const fields = { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults };
    return { kind: 'arguments', ...fields, id: this.nodeCount++, start, end };
  }

  private parsePlainParameter(state: ParameterState): void {
    const at = this.pos;
    const parameter = this.parseParameter(state.closer, false);
    const hasDefault = this.kinds[this.pos] === T.EQUAL;
    const value = hasDefault ? this.parseDefault(state.closer) : null;
    if (state.seenStar) {
      state.kwonlyargs.push(parameter);
      state.kw_defaults.push(value);
      return;
    }
    state.args.push(parameter);
    if (value !== null) state.defaults.push(value);
    else if (state.defaults.length > 0) {
      this.failAt('parameterOrder', 'parameter without a default follows parameter with a default', at);
    }
  }

  /** `name [: annotation]`; an annotation of `*args` may have a star of its own. */
  private parseParameter(closer: number, starAnnotation: boolean): Arg {
    const start = this.start;
    const arg = this.expectName();
    let annotation: Expr | null = null;
    if (closer === T.RPAR && this.accept(T.COLON)) {
      if (starAnnotation && this.kinds[this.pos] === T.STAR) annotation = this.parseStarred();
      else annotation = this.parseExpression();
    }
    return { kind: 'arg', arg, annotation, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseDefault(closer: number): Expr {
    const equal = this.pos++;
    const next = this.kinds[this.pos];
    if (next === T.COMMA || next === closer) this.failAt('invalidParameter', 'expected default value expression', equal);
    return this.parseExpression();
  }

  private parseSlash(state: ParameterState): void {
    const at = this.pos++;
    if (state.seenSlash) this.failAt('parameterOrder', '/ may appear only once', at);
    if (state.seenStar) this.failAt('parameterOrder', '/ must be ahead of *', at);
    if (state.args.length === 0) {
      if (this.kinds[this.pos] !== T.COMMA) this.pos--;
      else this.failAt('parameterOrder', 'at least one argument must precede /', at);
      this.failSyntax();
    }
    if (this.kinds[this.pos] === T.STAR) this.failAt('parameterOrder', 'expected comma between / and *', this.pos);
    state.seenSlash = true;
    state.posonlyargs = state.args;
    state.args = [];
  }

  private parseStarParameter(state: ParameterState): void {
    const at = this.pos++;
    if (state.seenStar) this.failAt('parameterOrder', '* argument may appear only once', at);
    state.seenStar = true;
    const kind = this.kinds[this.pos];
    if (kind === T.NAME) {
      state.vararg = this.parseParameter(state.closer, true);
      if (this.kinds[this.pos] === T.EQUAL) {
        this.failAt('invalidParameter', 'var-positional argument cannot have default value', this.pos);
      }
      return;
    }
    const after = this.kinds[this.pos + 1];
    if (kind === state.closer || (kind === T.COMMA && (after === state.closer || after === T.DOUBLESTAR))) {
      this.failAt('parameterOrder', 'named arguments must follow bare *', at);
    }
    if (kind !== T.COMMA) this.failSyntax();
    if (after !== T.NAME && after !== T.STAR && after !== T.SLASH) {
      this.pos++;
      this.failSyntax();
    }
  }

  private parseKwarg(state: ParameterState): void {
    this.pos++;
    state.kwarg = this.parseParameter(state.closer, false);
    if (this.kinds[this.pos] === T.EQUAL) {
      this.failAt('invalidParameter', 'var-keyword argument cannot have default value', this.pos);
    }
  }

  private refuseAfterKwarg(): never {
    const kind = this.kinds[this.pos];
    if (kind === T.NAME || kind === T.STAR || kind === T.DOUBLESTAR || kind === T.SLASH) {
      this.failAt('parameterOrder', 'arguments cannot follow var-keyword argument', this.pos);
    }
    this.failSyntax();
  }

  /** `def f((a, b)): ...`, which Python 2 allowed. */
  private refuseParenthesized(state: ParameterState): never {
    const open = this.pos;
    let at = open + 1;
    while (this.kinds[at] === T.NAME) {
      at++;
      if (this.kinds[at] !== T.COMMA) break;
      at++;
    }
    if (this.kinds[at] !== T.RPAR || at === open + 1) this.failSyntax();
    const what = state.closer === T.RPAR ? 'Function parameters' : 'Lambda expression parameters';
    this.fail('invalidParameter', `${what} cannot be parenthesized`, this.starts[open] as number, this.ends[at] as number);
  }
}
