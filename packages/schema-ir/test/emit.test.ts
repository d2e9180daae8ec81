/** Text for people and programs: the printed form, TypeScript types, Python declarations. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import {
  array,
  bool,
  bytes,
  capability,
  compileCodec,
  date,
  decimal,
  duration,
  emitPython,
  emitTypeScript,
  float,
  float32,
  int,
  largestSize,
  list,
  literals,
  map,
  none,
  optional,
  printSchema,
  record,
  ref,
  result,
  type SchemaSet,
  sized,
  str,
  stream,
  table,
  time,
  timestamp,
  tuple,
  typesOf,
  union,
  uuid,
  withDefault,
} from '../src/index.ts';

const types = typesOf(
  record('Item', [
    { name: 'sku', schema: str(64) },
    { name: 'price', schema: float() },
    withDefault('tags', list(str()), ['a', 'é']),
    withDefault('size', sized('u8'), 3),
  ]),
  literals('Color', 'red', 7, true, 2n ** 60n, 'a"\u{1f600}'),
  union('Shape', { Item: ref('Item'), int: int(), none: none() }),
  record('Everything', [
    { name: 'amount', schema: decimal(12, 2) },
    { name: 'half', schema: float32() },
    { name: 'day', schema: date() },
    { name: 'clock', schema: time('ms') },
    { name: 'at', schema: timestamp('s', 'naive') },
    { name: 'span', schema: duration('ms', 0, 5) },
    { name: 'id', schema: uuid() },
    { name: 'vector', schema: array(float(), 3) },
    { name: 'outcome', schema: result(int(), ref('Color')) },
    { name: 'rows', schema: table({ a: int(), b: optional(date()) }) },
    { name: 'grant', schema: capability('db.read') },
    withDefault('paid', decimal(12, 2), '1.50'),
    withDefault('until', timestamp(), '2024-02-29T12:00:00.500000Z'),
    withDefault('key', uuid(), '6ba7b810-9dad-11d1-80b4-00c04fd430c8'),
    withDefault('wait', duration('ms'), 1500),
    withDefault('last', date(), '2024-02-29'),
    withDefault('pair', tuple(int()), [1]),
    withDefault('none', list(int()), []),
    withDefault('good', result(int(), str()), { ok: 5 }),
  ]),
  record('shop.Tree', { below: list(ref('shop.Tree'), 10), item: optional(ref('Item')) }),
);
const set: SchemaSet = {
  version: 1,
  types,
  exports: [
    { name: 'total', params: [{ name: 'items', schema: list(ref('Item')) }, withDefault('tax', float(), 0.2)], result: float() },
    { name: 'all', params: [withDefault('n', int(), 5), { name: 'every', schema: ref('Everything') }], result: stream(ref('Item'), 10) },
    { name: 'draw', params: [], result: map(str(), tuple(ref('Shape'), ref('Color'), optional(bytes()), bool(), ref('shop.Tree'))) },
  ],
};

test('schemas print as text', () => {
  expect(
    printSchema(
      tuple(int(), sized('u8'), int(0, 9), str(), str(5), optional(ref('Item')), list(int(), 3), map(str(), ref('Color'))),
      types,
    ),
  ).toBe(
    `record Item {
  sku: str(<=64)
  price: float
  tags: list[str] = 92a161a2c3a9
  size: u8 = 03
}

enum Color { "red" 7 True 1152921504606846976 "a\\"\u{1f600}" }

tuple[int, u8, int(0..9), str, str(<=5), Item?, list[int; <=3], map[str, Color]]
`,
  );
});

test('TypeScript types say what decoding gives, and compile', () => {
  const text = emitTypeScript(set);
  expect(text).toContain(
    'export interface Item {\n  readonly sku: string;\n  readonly price: number;\n  readonly tags: Array<string>;\n  readonly size: number;\n}',
  );
  expect(text).toContain('readonly below: Array<shop_Tree>;');
  expect(text).toContain("  | { readonly tag: 'int'; readonly value: number | bigint }");
  expect(text).toContain('7 | true | 1152921504606846976n |');
  expect(text).toContain('readonly input: { readonly items: Array<Item>; readonly tax?: number };');
  expect(text).toContain('readonly outcome: { ok: number | bigint } | { error: Color };');
  expect(text).toContain('readonly rows: { readonly a: Array<number | bigint>; readonly b: Array<string | null> };');
  expect(text).toContain('readonly output: AsyncIterable<Item>;');
  expect(text).toContain('Map<string, [Shape, Color, Uint8Array | null, boolean, shop_Tree]>');
  const options: ts.CompilerOptions = { strict: true, target: ts.ScriptTarget.ES2022, noEmit: true, types: [] };
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === 'emitted.ts' ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : original(name, ...rest);
  const program = ts.createProgram(['emitted.ts'], options, host);
  expect(ts.getPreEmitDiagnostics(program).map((item) => ts.flattenDiagnosticMessageText(item.messageText, '\n'))).toEqual([]);
});

const python = process.env['MOLT_PYTHON'] ?? 'python3';

const started = spawnSync(python, ['--version']).error === undefined;
const hasMsgspec = spawnSync(python, ['-c', 'import msgspec']).status === 0;

/** What the declarations need of the client library. */
const CLIENT = `
class _Of:
    def __class_getitem__(cls, item): return cls
    def __init__(self, value): self.value = value
class Ok(_Of): pass
class Err(_Of): pass
class Capability(_Of): pass
`;

function runPython(text: string, probe: string): { readonly stdout: string; readonly stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'molt-emit-'));
  try {
    writeFileSync(join(folder, 'molt_accel.py'), CLIENT);
    writeFileSync(join(folder, 'shop.py'), text);
    return spawnSync(python, ['-'], {
      input: `from shop import *\nimport shop\n${probe}`,
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, PYTHONPATH: folder },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const EVERYTHING = `
import datetime, decimal, uuid, typing
every = Everything(amount=decimal.Decimal('2.50'), half=0.5, day=datetime.date(2024, 1, 1), clock=datetime.time(1), at=datetime.datetime(2024, 1, 1),
    span=datetime.timedelta(0), id=uuid.uuid4(), vector=[1.0, 2.0, 3.0], outcome=shop.Ok(1), rows={'a': [1], 'b': [None]}, grant=shop.Capability(1))
assert every.paid == decimal.Decimal('1.50') and every.wait == datetime.timedelta(seconds=1.5) and every.last == datetime.date(2024, 2, 29)
assert every.until == datetime.datetime(2024, 2, 29, 12, 0, 0, 500000, datetime.timezone.utc) and every.pair == (1,) and every.none == []
assert every.key == uuid.UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8') and every.good.value == 5
assert shop.Everything(*[None] * 11).none is not every.none
hints = typing.get_type_hints(Everything, include_extras=True)
assert hints['amount'] == typing.Annotated[decimal.Decimal, {'precision': 12, 'scale': 2}], hints['amount']
assert hints['vector'] == typing.Annotated[list[float], {'kind': 'array', 'length': 3}]
assert typing.get_type_hints(all)['every'] is Everything
`;

test.skipIf(!started)('Python declarations run (skipped where python3 cannot be started)', () => {
  const run = runPython(
    emitPython(set),
    `${EVERYTHING}
item = Item('x', 1.5)
assert item.tags == ['a', 'é'] and item.size == 3 and Item('y', 1.0).tags is not item.tags
assert typing.get_args(Color) == ('red', 7, True, 2**60, 'a"\\U0001f600')
assert typing.get_type_hints(total) == {'items': list[Item], 'tax': float, 'return': float}
assert total.__defaults__ == (0.2,)
assert all.__kwdefaults__ == {'n': 5}
assert typing.get_type_hints(shop_Tree)['item'] == typing.Optional[Item]
print('fine')
`,
  );
  expect(run.stderr).toBe('');
  expect(run.stdout).toBe('fine\n');
});

test('Structs of msgspec have the same fields, and are arrays on the wire', () => {
  const text = emitPython(set, { records: 'msgspec' });
  expect(text).toContain('import msgspec\nfrom molt_accel import Capability, Err, Ok\n');
  expect(text).toContain('class Item(msgspec.Struct, array_like=True):\n    sku: Annotated[str, {"maxBytes": 64}]\n    price: float\n');
  expect(text).toContain('    none: list[int] = msgspec.field(default_factory=list)\n');
  expect(text).not.toContain('dataclass');
});

test.skipIf(!started || !hasMsgspec)(
  'Structs of msgspec run, and encode as this package does (skipped where msgspec cannot be imported)',
  () => {
    const item = { sku: 'x', price: 1.5, tags: ['a'], size: 3 };
    const encoded = Buffer.from(compileCodec(ref('Item'), types).encode(item)).toString('hex');
    const run = runPython(
      emitPython(set, { records: 'msgspec' }),
      `${EVERYTHING}
import msgspec
assert msgspec.msgpack.encode(Item('x', 1.5, ['a'], 3)).hex() == '${encoded}'
assert msgspec.msgpack.decode(bytes.fromhex('${encoded}'), type=Item) == Item('x', 1.5, ['a'], 3)
print('fine')
`,
    );
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe('fine\n');
  },
);

test('the largest size is known', () => {
  expect(largestSize(list(int(0, 100), 10))).toBe(15);
  expect(largestSize(tuple(str(10), optional(float())))).toBe(3 + 15 + 9);
  expect(largestSize(ref('Item'), types)).toBeGreaterThan(69 + 9);
  expect(largestSize(ref('shop.Tree'), types)).toBe(Number.POSITIVE_INFINITY);
});
