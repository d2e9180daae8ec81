/**
 * `.case.md` text to a `Case`.
 *
 * Strict: an unknown attribute form, a second input or an unclosed fence is an error with path and line. A case that silently checks
 * less than its author meant is worse than one that does not load.
 */
import { basename } from 'node:path';
import { type Block, type Case, CaseError, type CaseFile, type ExpectedFault } from './case.ts';
import { readFrontMatter } from './front-matter.ts';

/** Reads the text of a `.case.md` file; `path` is used in messages and for the standing of `todo-*` cases. */
export function readCase(source: string, path: string): Case {
  const lines = source.split('\n');
  const front = readFrontMatter(lines, path);
  const blocks = readBlocks(lines, front.lines, path);
  const first = blocks[0];
  if (first === undefined) throw new CaseError(path, lines.length, 'expected a python or mir block, got none');
  const language = first.kind;
  if (language !== 'python' && language !== 'mir')
    throw new CaseError(path, first.line, `the first block must be python or mir, got ${language}`);

  const files: [CaseFile, ...CaseFile[]] = [fileOf(first, path)];
  const expectations: Block[] = [];
  let stdin = '';
  for (const block of blocks.slice(1)) {
    if (block.kind === 'python' || (block.kind === language && block.attributes.file !== undefined)) {
      if (block.attributes.file === undefined) throw new CaseError(path, block.line, 'a second python block needs file=NAME');
      const file = fileOf(block, path);
      if (files.some((other) => other.path === file.path)) throw new CaseError(path, block.line, `file ${file.path} is given twice`);
      files.push(file);
    } else if (block.kind === 'stdin') stdin += block.text;
    else if (block.kind !== 'text') expectations.push(block);
  }
  return {
    path,
    source,
    name: front.name ?? basename(path).replace(/\.case\.md$/, ''),
    flags: front.flags,
    args: front.args,
    skip: front.skip,
    language,
    files,
    stdin,
    faults: files.flatMap(faultsIn),
    expectations,
    mustFail: basename(path).startsWith('todo-'),
  };
}

/** The lines of a `run` block, without comments and blank lines. */
export function runLines(block: Block): readonly string[] {
  return block.text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
}

function fileOf(block: Block, path: string): CaseFile {
  const name = block.attributes.file ?? (block.kind === 'python' ? 'main.py' : 'main.mir');
  if (name === '' || name.startsWith('/') || name.split('/').includes('..'))
    throw new CaseError(path, block.line, `file=${name} must stay inside the case`);
  return { path: name, text: block.text };
}

function faultsIn(file: CaseFile): ExpectedFault[] {
  return file.text.split('\n').flatMap((text, i) => {
    const codes = /[#;]\s*((?:!MOLT\d{4}\s*)+)$/.exec(text)?.[1]?.match(/MOLT\d{4}/g) ?? [];
    return codes.map((code) => ({ code, file: file.path, line: i + 1 }));
  });
}

function readBlocks(lines: readonly string[], from: number, path: string): Block[] {
  const blocks: Block[] = [];
  const offsets: number[] = [0];
  for (const line of lines) offsets.push((offsets.at(-1) as number) + line.length + 1);
  for (let i = from; i < lines.length; i++) {
    const open = /^(`{3,})\s*(.*?)\s*$/.exec(lines[i] as string);
    if (open === null) continue;
    const [, fence, info] = open as unknown as [string, string, string];
    let close = i + 1;
    while (close < lines.length && (lines[close] as string).trimEnd() !== fence) close++;
    if (close === lines.length) throw new CaseError(path, i + 1, `the block ${info} has no closing ${fence}`);
    const [kind = '', ...words] = info.split(/\s+/);
    if (kind === '') throw new CaseError(path, i + 1, 'a block needs a kind after its fence');
    blocks.push({
      kind,
      attributes: Object.fromEntries(
        words.map((word) => [word.split('=')[0] as string, word.slice((word.split('=')[0] as string).length + 1)]),
      ),
      text: lines
        .slice(i + 1, close)
        .map((line) => `${line}\n`)
        .join(''),
      line: i + 1,
      start: offsets[i] as number,
      end: (offsets[close] as number) + (lines[close] as string).length,
    });
    i = close;
  }
  return blocks;
}
