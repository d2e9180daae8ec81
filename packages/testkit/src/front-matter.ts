/**
 * The lines between `---` at the top of a case: `name`, `flags`, `args` and `skip`.
 *
 * A small part of YAML, on purpose: one `key: value` per line, lists as `[a, "b c"]`, maps as `{ engine: "why" }`. Whatever else is an
 * error, because a misspelt `skip` must not silently run (or not run) a case.
 */
import { CaseError } from './case.ts';

/** What the front matter says. */
export interface FrontMatter {
  readonly name: string | undefined;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly skip: Readonly<Record<string, string>>;
  /** Number of lines it takes, fences included; 0 when there is none. */
  readonly lines: number;
}

/** Reads the front matter of a case's lines. */
export function readFrontMatter(lines: readonly string[], path: string): FrontMatter {
  if (lines[0] !== '---') return { name: undefined, flags: [], args: [], skip: {}, lines: 0 };
  const end = lines.indexOf('---', 1);
  if (end < 0) throw new CaseError(path, 1, 'the front matter has no closing ---');
  const found = new Map<string, { readonly value: string; readonly line: number }>();
  for (let i = 1; i < end; i++) {
    const text = lines[i] as string;
    if (/^\s*(#.*)?$/.test(text)) continue;
    const match = /^(\w+):\s*(.*?)\s*$/.exec(text);
    if (match === null) throw new CaseError(path, i + 1, `expected key: value, got ${JSON.stringify(text)}`);
    const [, key, value] = match as unknown as [string, string, string];
    if (!['name', 'flags', 'args', 'skip'].includes(key))
      throw new CaseError(path, i + 1, `expected name, flags, args or skip, got ${key}`);
    if (found.has(key)) throw new CaseError(path, i + 1, `${key} is given twice`);
    found.set(key, { value, line: i + 1 });
  }
  const list = (key: string): readonly string[] => {
    const entry = found.get(key);
    return entry === undefined ? [] : items(entry.value, '[', ']', path, entry.line);
  };
  const name = found.get('name');
  return {
    name: name && scalar(name.value),
    flags: list('flags'),
    args: list('args'),
    skip: skips(found.get('skip'), path),
    lines: end + 1,
  };
}

function skips(entry: { readonly value: string; readonly line: number } | undefined, path: string): Record<string, string> {
  if (entry === undefined) return {};
  const out: Record<string, string> = {};
  for (const item of items(entry.value, '{', '}', path, entry.line)) {
    const colon = item.indexOf(':');
    const reason = colon < 0 ? '' : scalar(item.slice(colon + 1).trim());
    if (reason === '') throw new CaseError(path, entry.line, `expected engine: "why", got ${item}`);
    out[scalar(item.slice(0, colon).trim())] = reason;
  }
  return out;
}

/** The comma-separated items between brackets; commas inside quotes do not separate. */
function items(value: string, open: string, close: string, path: string, line: number): string[] {
  if (!value.startsWith(open) || !value.endsWith(close)) throw new CaseError(path, line, `expected ${open}...${close}, got ${value}`);
  const inner = value.slice(1, -1).trim();
  if (inner === '') return [];
  const parts = inner.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^,"'])+/g) ?? [];
  return parts.map((part) => (open === '[' ? scalar(part.trim()) : part.trim()));
}

function scalar(text: string): string {
  if (text.startsWith('"') && text.endsWith('"') && text.length > 1) return JSON.parse(text) as string;
  if (text.startsWith("'") && text.endsWith("'") && text.length > 1) return text.slice(1, -1);
  return text;
}
