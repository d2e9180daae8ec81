/** `molt schema`: listing, showing, comparing and publishing schemas, with exit codes that scripts can trust. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRegistry, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Desk } from './molt.ts';

vi.setConfig({ testTimeout: 240_000 });

const desk = new Desk();
afterAll(() => desk.remove());

const SHOP = `import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal


@dataclass
class Item:
    sku: Annotated[str, {"maxBytes": 64}]
    price: Decimal


def total(items: list[Item], kind: Literal['net', 'gross'] = 'net') -> Decimal:
    return sum((item.price for item in items), Decimal(0))


def due(day: datetime.date) -> datetime.date | None:
    return day
`;

/** The same shop after a change that breaks callers of one export. */
const CHANGED = SHOP.replace('    price: Decimal\n', '    price: Decimal\n    size: int = 1\n').replace(
  'def due(day: datetime.date)',
  'def due(day: datetime.date, days: int)',
);

beforeAll(() => {
  desk.file('shop.py', SHOP);
  desk.file('changed.py', CHANGED);
  desk.file('small.py', 'def half(x: float) -> float:\n    return x / 2\n');
  desk.file('broken.py', 'def f(x: set[int]) -> int:\n    return 1\n');
});

describe('molt schema list and show', () => {
  it('list what a file exports, also where it cannot be compiled', async () => {
    const { stdout, stderr, exit } = await desk.molt(['schema', 'list', 'shop.py']);
    expect(exit).toBe(0);
    expect(stdout).toContain('total(items: list[Item], kind?: total.params.kind) -> decimal\n');
    expect(stdout).toContain('due(day: date) -> date?\n  input ');
    expect(stderr).toContain("note: type 'Decimal' of 'Item.price' has a schema, but cannot be compiled yet");
    const json = await desk.molt(['schema', 'list', 'shop.py', '--exports', 'due', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      exports: [{ name: 'due', input: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      uncompiled: [{ code: 'MOLT1208' }, {}],
    });
  });

  it('read artifacts, which have the schemas of their source', async () => {
    expect((await desk.molt(['build', 'small.py', '-o', 'small.molt', '--target', 'wasm'])).exit).toBe(0);
    const [fromArtifact, fromFile, fromSource] = [
      await desk.molt(['schema', 'list', 'small.molt']),
      await desk.molt(['schema', 'list', 'small.molt/schemas.json']),
      await desk.molt(['schema', 'list', 'small.py']),
    ];
    expect(fromArtifact.stdout).toBe(fromSource.stdout);
    expect(fromFile.stdout).toBe(fromSource.stdout);
  });

  it.each([
    ['text', 'record Item {\n  sku: str(<=64)\n  price: decimal\n}'],
    ['ts', 'export interface Item {\n  readonly sku: string;\n  readonly price: string;\n}'],
    ['python', '@dataclass\nclass Item:\n    sku: Annotated[str, {"maxBytes": 64}]\n    price: decimal.Decimal\n'],
    ['msgspec', 'class Item(msgspec.Struct, array_like=True):\n'],
    ['jsonschema', '"$schema": "https://json-schema.org/draft/2020-12/schema"'],
    ['openapi', '"#/components/schemas/Item"'],
  ])('show as %s', async (form, part) => {
    const { stdout, exit } = await desk.molt(['schema', 'show', 'shop.py', '--as', form]);
    expect(exit).toBe(0);
    expect(stdout).toContain(part);
  });

  it('show the content of schemas.json, and single types', async () => {
    const { stdout } = await desk.molt(['schema', 'show', 'shop.py', '--json']);
    expect(schemaSetFromJson(stdout).exports.map(({ name }) => name)).toEqual(['total', 'due']);
    expect((await desk.molt(['schema', 'show', 'shop.py', '--type', 'Item'])).stdout).toBe(
      'record Item {\n  sku: str(<=64)\n  price: decimal\n}\n',
    );
    expect((await desk.molt(['schema', 'show', 'shop.py', '--type', 'due'])).stdout).toContain('record due.input {\n  day: date\n}\n');
  });

  it.each([
    [['schema', 'list', 'broken.py'], 1, 'MOLT1204'],
    [['schema', 'list', 'nowhere.py'], 1, 'MOLT0001'],
    [['schema', 'list', '.'], 1, 'MOLT0001'],
    [['schema', 'show', 'shop.py', '--as', 'xml'], 2, 'expected text, json'],
    [['schema', 'show', 'shop.py', '--type', 'Itm'], 1, 'did you mean Item?'],
    [['schema', 'list', 'shop.py', '--exports', 'totl'], 1, 'did you mean total?'],
    [['schema', 'list', 'small.molt', '--exports', 'haf'], 1, 'did you mean half?'],
    [['schema', 'check', 'shop.py'], 2, '--registry'],
  ])('%j ends with %i', async (args, code, text) => {
    const { stderr, exit } = await desk.molt(args);
    expect(exit).toBe(code);
    expect(stderr).toContain(text);
  });
});

describe('molt schema diff', () => {
  it('says nothing changed', async () => {
    expect(await desk.molt(['schema', 'diff', 'shop.py', 'shop.py'])).toMatchObject({ stdout: 'no differences\n', exit: 0 });
  });

  it('says whom a change breaks, where, why, and what to do', async () => {
    const { stdout, exit } = await desk.molt(['schema', 'diff', 'shop.py', 'changed.py']);
    expect(exit).toBe(1);
    expect(stdout).toContain('total: changed\n');
    expect(stdout).toContain(
      '$  WIRE required-field: the reader needs days, the writer does not send it\n        fix: give the new field a default',
    );
    expect(stdout.endsWith('breaks callers of due\n')).toBe(true);
    const json = JSON.parse((await desk.molt(['schema', 'diff', 'shop.py', 'changed.py', '--json'])).stdout) as object;
    expect(json).toMatchObject({
      ok: false,
      broken: ['due'],
      exports: [
        { name: 'due', change: 'changed' },
        { name: 'total', change: 'changed' },
      ],
    });
  });
});

describe('molt schema check', () => {
  const registry = (): ReturnType<typeof parseRegistry> => parseRegistry(readFileSync(join(desk.folder, 'registry.json'), 'utf8'));

  it('publishes with --write only, then knows what is published, and never changes it', async () => {
    const before = await desk.molt(['schema', 'check', 'shop.py', '--registry', 'registry.json']);
    expect(before).toMatchObject({ exit: 1, stderr: 'to publish: molt schema check shop.py --registry registry.json --write\n' });
    expect(before.stdout).toContain('total.input@1.0');
    expect((await desk.molt(['schema', 'check', 'shop.py', '--registry', 'registry.json', '--write'])).exit).toBe(0);
    const bound = registry();
    expect([...bound.bindings.keys()]).toEqual(['due.input@1.0', 'due.output@1.0', 'total.input@1.0', 'total.output@1.0']);
    const after = await desk.molt(['schema', 'check', 'shop.py', '--registry', 'registry.json']);
    expect([after.exit, after.stdout.match(/published$/gm)?.length]).toEqual([0, 4]);

    const changed = await desk.molt(['schema', 'check', 'changed.py', '--registry', 'registry.json', '--write']);
    expect(changed.exit).toBe(1);
    expect(changed.stdout).toContain(
      'breaks published versions (BACKWARD_TRANSITIVE)\n  cannot read what due.input@1.0 wrote:\n    $  WIRE required-field',
    );
    expect(changed.stderr).toContain('--write --breaking');
    expect(registry()).toEqual(bound);

    const json = JSON.parse((await desk.molt(['schema', 'check', 'changed.py', '--registry', 'registry.json', '--json'])).stdout) as object;
    expect(json).toMatchObject({ ok: false, written: false, fix: expect.stringContaining('--breaking') });

    expect((await desk.molt(['schema', 'check', 'changed.py', '--registry', 'registry.json', '--write', '--breaking'])).exit).toBe(0);
    expect([...registry().bindings.keys()]).toEqual([
      'due.input@1.0',
      'due.input@2.0',
      'due.output@1.0',
      'total.input@1.0',
      'total.input@1.1',
      'total.output@1.0',
    ]);
    for (const [key, id] of bound.bindings) expect(registry().bindings.get(key)).toBe(id);
  });

  it('refuses a damaged registry', async () => {
    desk.file(
      'damaged.json',
      readFileSync(join(desk.folder, 'registry.json'), 'utf8').replace(
        'record due.input {\\n  day: date',
        'record due.input {\\n  day: int',
      ),
    );
    const { stderr, exit } = await desk.molt(['schema', 'check', 'shop.py', '--registry', 'damaged.json', '--write']);
    expect([exit, stderr.includes('MOLT4044')]).toEqual([1, true]);
  });
});
