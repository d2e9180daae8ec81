/**
 * A cursor over tokens with the small questions that a recursive descent parser asks.
 */
import type { SourceFile } from '@molt/diagnostics';
import { lexMir, type MirTextError, type Token, textError } from './lex.ts';

/** Reads tokens in order; every complaint is a MirTextError with a place. */
export class TokenReader {
  readonly file: SourceFile;
  readonly #tokens: Token[];
  #at = 0;

  constructor(file: SourceFile) {
    this.file = file;
    this.#tokens = lexMir(file);
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** Continues at an earlier place; `mark` gives it. */
  reset(mark: number): void {
    this.#at = mark;
  }

  get mark(): number {
    return this.#at;
  }

  fail(expected: string, token: Token = this.token): MirTextError {
    return textError(
      this.file,
      token.start,
      token.end,
      expected,
      token.kind === 'end' ? 'end of text' : `'${this.file.text.slice(token.start, token.end)}'`,
    );
  }

  is(kind: Token['kind'], text?: string): boolean {
    const { token } = this;
    return token.kind === kind && (text === undefined || token.text === text);
  }

  /** Takes a token when it is there. */
  accept(kind: Token['kind'], text?: string): boolean {
    if (!this.is(kind, text)) return false;
    this.next();
    return true;
  }

  expect(kind: Token['kind'], text?: string): string {
    if (!this.is(kind, text)) throw this.fail(text === undefined ? `a ${kind}` : `'${text}'`);
    return this.next().text;
  }

  /** One of a fixed set of words. */
  oneOf<T extends string>(words: readonly T[]): T {
    const { token } = this;
    if (token.kind !== 'word' || !(words as readonly string[]).includes(token.text)) throw this.fail(words.join(' | '));
    this.next();
    return token.text as T;
  }

  integer(): number {
    const { token } = this;
    if (token.kind !== 'number' || !/^-?\d+$/.test(token.text) || !Number.isSafeInteger(Number(token.text))) throw this.fail('an integer');
    this.next();
    return Number(token.text);
  }

  bigint(): bigint {
    const { token } = this;
    if (token.kind !== 'number' || !/^-?\d+$/.test(token.text)) throw this.fail('an integer');
    this.next();
    return BigInt(token.text);
  }

  /** Items between `open` and `close`, separated by commas. */
  list<T>(open: string, close: string, item: () => T): T[] {
    this.expect('punct', open);
    const items: T[] = [];
    if (this.accept('punct', close)) return items;
    do items.push(item());
    while (this.accept('punct', ','));
    this.expect('punct', close);
    return items;
  }
}
