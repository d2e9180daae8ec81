/** A short line diff for messages: `-` expected, `+` actual, two lines of context, long equal parts left out. */

/** Differences of two texts by lines; texts above 2,000 lines are cut to where they first differ. */
export function lineDiff(expected: string, actual: string): string {
  let a = expected.split('\n');
  let b = actual.split('\n');
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  const skip = Math.max(0, same - 2);
  a = a.slice(skip, skip + 2000);
  b = b.slice(skip, skip + 2000);
  const marked = mark(a, b);
  const near = marked.map((_, i) => marked.slice(Math.max(0, i - 2), i + 3).some((line) => line[0] !== ' '));
  const out = skip > 0 ? [`  ... ${skip} equal lines`] : [];
  marked.forEach((line, i) => {
    if (near[i]) out.push(line);
    else if (near[i - 1]) out.push('  ...');
  });
  return `${out.join('\n')}\n`;
}

/** Lines with their marks, by the longest common subsequence; falls back to all-removed, all-added when that would be too large. */
function mark(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > 1_000_000) return [...a.map((line) => `- ${line}`), ...b.map((line) => `+ ${line}`)];
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number): number => (length[i] as Uint16Array)[j] as number;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      (length[i] as Uint16Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const out: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push(`  ${a[i++]}`);
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) out.push(`- ${a[i++]}`);
    else out.push(`+ ${b[j++]}`);
  }
  return out;
}
