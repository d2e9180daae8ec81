/**
 * Writes true results back into a case: golden mode.
 *
 * Only expectation blocks are replaced, in place; input, `run` lines, `# !` marks and prose are the author's and stay to the byte.
 */
import type { Block, Case } from './case.ts';

/** What is true; `CaseReport` has this shape. */
export interface Actual {
  readonly actual: ReadonlyMap<Block, string>;
  readonly missing: readonly { readonly kind: string; readonly text: string }[];
}

/** The text of the case with its expectations replaced by what is true. */
export function rewriteCase(testCase: Case, { actual, missing }: Actual): string {
  let text = testCase.source;
  for (const block of [...testCase.expectations].reverse()) {
    const content = actual.get(block);
    if (content === undefined || content === block.text) continue;
    text = text.slice(0, block.start) + fenced(infoOf(block), content) + text.slice(block.end);
  }
  for (const { kind, text: content } of missing) text = `${text.replace(/\n*$/, '\n')}${fenced(kind, content)}\n`;
  return text;
}

function infoOf(block: Block): string {
  return [block.kind, ...Object.entries(block.attributes).map(([key, value]) => (value === '' ? key : `${key}=${value}`))].join(' ');
}

/** A fence is longer than any run of backticks that starts a line of its content. */
function fenced(info: string, content: string): string {
  const longest = Math.max(2, ...(content.match(/^`+/gm) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${content}${fence}`;
}
