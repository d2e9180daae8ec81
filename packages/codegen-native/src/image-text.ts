/** The first contents of memory as C string literals; runs of zeros are left out, because fresh memory is zero. */
import type { Segment } from '@molt/mir';
import { cBytes } from './c-name.ts';

/** Zeros that are worth a new piece. */
const GAP = 64;
const LINE = 64;
/** Compilers must accept string literals of 64 KiB, not longer ones. */
const PIECE = 32768;

/** The definition of the table `molt_segments`, and its length. */
export function imageText(segments: readonly Segment[]): { text: string; count: number } {
  const pieces = segments.flatMap(piecesOf);
  const rows = pieces.map(({ address, bytes }) => {
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += LINE) lines.push(`    "${cBytes(bytes.subarray(at, at + LINE))}"`);
    return `  {${address}, ${bytes.length},\n${lines.join('\n')}},`;
  });
  return { text: `static const MoltSegment molt_segments[] = {\n${rows.join('\n')}\n};\n`, count: pieces.length };
}

function piecesOf({ address, bytes }: Segment): Segment[] {
  const pieces: Segment[] = [];
  let start = 0;
  const cut = (end: number) => {
    for (let at = start; at < end; at += PIECE)
      pieces.push({ address: address + at, bytes: bytes.subarray(at, Math.min(end, at + PIECE)) });
  };
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0) {
      at++;
      continue;
    }
    let end = at;
    while (end < bytes.length && bytes[end] === 0) end++;
    if (end - at >= GAP || end === bytes.length) {
      cut(at);
      start = end;
    }
    at = end;
  }
  cut(bytes.length);
  return pieces;
}
