/** Text for people and programs: the printed form, TypeScript types, Python declarations. */
import { spawnSync } from 'node:child_process';
import ts from 'typescript';
import { expect, test } from 'vitest';
import {
  bool,
  bytes,
  emitPython,
  emitTypeScript,
  float,
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
  type SchemaSet,
  sized,
  str,
  tuple,
  typesOf,
  union,
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
  record('shop.Tree', { below: list(ref('shop.Tree'), 10), item: optional(ref('Item')) }),
);
const set: SchemaSet = {
  version: 1,
  types,
  exports: [
    { name: 'total', params: [{ name: 'items', schema: list(ref('Item')) }, withDefault('tax', float(), 0.2)], result: float() },
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

test.skipIf(spawnSync(python, ['--version']).error !== undefined)(
  'Python declarations run (skipped where python3 cannot be started)',
  () => {
    const text = emitPython(set);
    const probe = `
import typing
item = Item('x', 1.5)
assert item.tags == ['a', 'é'] and item.size == 3 and Item('y', 1.0).tags is not item.tags
assert typing.get_args(Color) == ('red', 7, True, 2**60, 'a"\\U0001f600')
assert typing.get_type_hints(total) == {'items': list[Item], 'tax': float, 'return': float}
assert total.__defaults__ == (0.2,)
assert typing.get_type_hints(shop_Tree)['item'] == typing.Optional[Item]
print('fine')
`;
    const run = spawnSync(python, ['-'], { input: `${text}\n${probe}`, encoding: 'utf8' });
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
