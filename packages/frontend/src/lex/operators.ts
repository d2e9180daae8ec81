/**
 * Longest-match recognition of operators and delimiters other than brackets, by character codes.
 */
import * as T from './token-kind.ts';

const EQUALS = 61;
/** Kind of each one-character operator, and of the same with `=` after it; 0 for none. */
const single = new Uint8Array(128);
const withEquals = new Uint8Array(128);
/** Kind of each doubled operator (`**`), and of the same with `=` after it. */
const doubled = new Uint8Array(128);
const doubledEquals = new Uint8Array(128);

for (let kind = T.LPAR; kind < T.KW_FALSE; kind++) {
  const text = T.TOKEN_TEXT[kind] as string;
  const first = text.charCodeAt(0);
  if (text.length === 1) single[first] = kind;
  else if (text.length === 2 && text[1] === '=') withEquals[first] = kind;
  else if (text.length === 2 && text[0] === text[1]) doubled[first] = kind;
  else if (text.length === 3 && text[2] === '=') doubledEquals[first] = kind;
}
doubled[EQUALS] = T.EQEQUAL;

/** The end of the operator at `start`, or `start` if there is none. */
export function matchOperator(source: string, start: number): number {
  const c = source.charCodeAt(start);
  if (c >= 128 || (single[c] === 0 && withEquals[c] === 0)) return start;
  const next = source.charCodeAt(start + 1);
  if (next === EQUALS && withEquals[c] !== 0) return start + 2;
  if (next === c) {
    if (doubled[c] !== 0) return doubledEquals[c] !== 0 && source.charCodeAt(start + 2) === EQUALS ? start + 3 : start + 2;
    if (c === 46 && source.charCodeAt(start + 2) === 46) return start + 3;
  }
  if (c === 45 && next === 62) return start + 2;
  // The old spelling of `!=` is one token, which no rule accepts.
  if (c === 60 && next === 62) return start + 2;
  return single[c] === 0 ? start : start + 1;
}

/** The kind of the operator that `matchOperator` found in `start..end`. */
export function operatorKind(source: string, start: number, end: number): number {
  const c = source.charCodeAt(start);
  if (end === start + 1) return single[c] as number;
  if (end === start + 3) return c === 46 ? T.ELLIPSIS : (doubledEquals[c] as number);
  const next = source.charCodeAt(start + 1);
  if (next === c) return doubled[c] as number;
  if (next === EQUALS) return withEquals[c] as number;
  return c === 45 ? T.ARROW : T.ERROR;
}
