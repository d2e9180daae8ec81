/**
 * Recognises the 35 keywords by length and characters, without making a string of the name first.
 *
 * A perfect hash over the first two characters, the last one and the length picks at most one candidate, which is then
 * compared character by character; the table is computed once from `TOKEN_TEXT` and refuses to load if two collide.
 */
import { KIND_COUNT, KW_FALSE, NAME, TOKEN_TEXT } from './token-kind.ts';

const BUCKETS = 128;
const candidates = new Uint8Array(BUCKETS);

function bucket(first: number, second: number, last: number, length: number): number {
  return (first + last + second * 58 + length) & (BUCKETS - 1);
}

for (let kind = KW_FALSE; kind < KIND_COUNT; kind++) {
  const text = TOKEN_TEXT[kind] as string;
  const at = bucket(text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(text.length - 1), text.length);
  if (candidates[at] !== 0) throw new Error(`keywords '${text}' and '${TOKEN_TEXT[candidates[at] as number]}' share a bucket`);
  candidates[at] = kind;
}

/** The keyword kind of `source[start..end)`, or `NAME`. */
export function keywordKind(source: string, start: number, end: number): number {
  const length = end - start;
  if (length < 2 || length > 8) return NAME;
  const kind = candidates[bucket(source.charCodeAt(start), source.charCodeAt(start + 1), source.charCodeAt(end - 1), length)] as number;
  if (kind === 0) return NAME;
  const text = TOKEN_TEXT[kind] as string;
  if (text.length !== length) return NAME;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== source.charCodeAt(start + i)) return NAME;
  return kind;
}
