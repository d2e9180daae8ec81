/**
 * Splits MIR text into tokens; positions are offsets, so that faults carry a span. Comments run from `;` to the end of the line.
 */
import { fault, MoltError, type SourceFile, spanOf } from '@molt/diagnostics';

/** MIR text that cannot be read; `details.span` says where. */
export class MirTextError extends MoltError {}

/** One token. `text` of a name or string is its meaning, without `@` and quotes. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'value' | 'block' | 'number' | 'punct' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PATTERN =
  /[ \t\r\n]+|;[^\n]*|(?<name>@(?:[A-Za-z_][\w.$]*|"(?:[^"\\\n]|\\.)*"))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<value>v\d+\b)|(?<block>bb\d+\b)|(?<number>-inf\b|inf\b|nan:0x[0-9a-f]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<word>[A-Za-z_][\w.]*)|(?<punct>->|[(){}[\]:,=+!])/y;

const KINDS = ['name', 'string', 'value', 'block', 'number', 'word', 'punct'] as const;

/** All tokens of a text; the last is `end`. */
export function lexMir(file: SourceFile): Token[] {
  const tokens: Token[] = [];
  const { text } = file;
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (match === null) throw textError(file, at, at + 1, 'a token', JSON.stringify(text[at]));
    const end = PATTERN.lastIndex;
    for (const kind of KINDS) {
      const found = match.groups?.[kind];
      if (found === undefined) continue;
      tokens.push({ kind, text: meaning(file, kind, found, at), start: at, end });
      break;
    }
    at = end;
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function meaning(file: SourceFile, kind: Token['kind'], text: string, at: number): string {
  const body = kind === 'name' ? text.slice(1) : text;
  if (!body.startsWith('"')) return body;
  try {
    return JSON.parse(body) as string;
  } catch {
    throw textError(file, at, at + text.length, 'a JSON string', body);
  }
}

/** The error for text that is not what it should be. */
export function textError(file: SourceFile, start: number, end: number, expected: string, actual: string): MirTextError {
  return new MirTextError(fault('MOLT2001', { expected, actual }, { details: { span: spanOf(file, start, end) } }));
}
