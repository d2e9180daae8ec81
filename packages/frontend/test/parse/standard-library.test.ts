/**
 * The parser against CPython on CPython's own library: equal trees, equal verdicts.
 *
 * Takes the Python that `python3` starts (or MOLT_PYTHON); without one there is nothing to compare with. By default a
 * fixed sample of the files is compared, which takes a few seconds; MOLT_FULL=1 takes them all.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseGrammar, parseModule } from '../../src/parse/parse-module.ts';
import { signatureLines } from './tree-signature.ts';

const PYTHON = process.env.MOLT_PYTHON ?? 'python3';
const SAMPLE = process.env.MOLT_FULL === '1' ? 1 : 12;
const LIST_FILES = `
import pathlib, sysconfig
for path in sorted(pathlib.Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
    if "site-packages" not in path.parts and "__pycache__" not in path.parts: print(path)
`;

function python(args: readonly string[], input: string): string | null {
  const run = spawnSync(PYTHON, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return run.status === 0 ? run.stdout : null;
}

const version = python(['-c', 'import sys; print(sys.version_info >= (3, 11))'], '');

describe.skipIf(version?.trim() !== 'True')('the standard library', () => {
  it('gives the trees and verdicts that CPython gives', { timeout: 300_000 }, () => {
    const files = (python(['-c', LIST_FILES], '') ?? '').trim().split('\n');
    const chosen = files.filter((_, index) => index % SAMPLE === 0);
    expect(chosen.length).toBeGreaterThan(20);
    const oracle = python([fileURLToPath(new URL('./tree_signature.py', import.meta.url))], chosen.join('\n'));
    const [release, ...records] = (oracle ?? '').trim().split('\n');
    expect(records.length).toBeGreaterThan(chosen.length * 0.9);
    const placesInFormat = Number(release?.split('.')[1]) >= 13;
    const wrong: string[] = [];
    for (const record of records) {
      const [parses, compiles, hash] = record.split(' ', 3);
      const path = record.split(' ').slice(3).join(' ');
      const source = readFileSync(path, 'utf8');
      const { module, diagnostics } = parseGrammar(source, path);
      if ((diagnostics.length === 0) !== (parses === 'yes')) {
        wrong.push(`${path}: ${diagnostics[0]?.message ?? 'accepted'}`);
        continue;
      }
      if (parses !== 'yes') continue;
      const digest = createHash('sha1');
      for (const { line } of signatureLines(module, placesInFormat)) digest.update(`${line}\n`);
      if (digest.digest('hex') !== hash) wrong.push(`${path}: another tree`);
      const [fault] = parseModule(source, path).diagnostics;
      if ((fault === undefined) !== (compiles === 'yes')) wrong.push(`${path}: ${fault?.message ?? 'accepted by the scope check'}`);
    }
    expect(wrong).toEqual([]);
  });
});
