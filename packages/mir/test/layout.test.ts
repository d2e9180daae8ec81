import { CELL, FIRST_TYPE_ID, SITE_ROW, STACK_BASE, STR, TYPE_ID, TYPE_ROW } from '@molt/abi';
import { describe, expect, it } from 'vitest';
import { type Layout, layoutModule, parseModule, symbolAddress } from '../src/index.ts';

const MODULE = `module @demo language
type @str text 0
type @main.Point fixed 32 { @x: int +8, @y: ref +16, @w: f64 +24 }
type @"list[int]" fixed 24 "list" { @_data: ref +16 }
global @scale: f64
global @total: int
global @last: ref
data @a "100000000000000000000000" { 4: @b, 8: @type:main.Point }
data @b "01" 
table @f
site "app.py" "f" 3 4 3 9 "  s += é"
site "app.py" "g" 4 0 5 9 "  s += é"
func @f() -> int {
bb0:
  v0 = int.const 123456789012345678901234567890
  return v0
}
`.replaceAll('@type:main.Point', '@"type:main.Point"');

function memoryOf(layout: Layout): DataView {
  const memory = new Uint8Array(layout.initialPages * 65536);
  for (const { address, bytes } of layout.segments) memory.set(bytes, address);
  return new DataView(memory.buffer);
}

describe('layout', () => {
  const module = parseModule(MODULE);
  const layout = layoutModule(module, { stackBytes: 1024, recursionLimit: 77 });
  const memory = memoryOf(layout);
  const u32 = (at: number): number => memory.getUint32(at, true);
  const str = (at: number): string => {
    expect(u32(at)).toBe(TYPE_ID.str);
    return new TextDecoder().decode(new Uint8Array(memory.buffer, at + STR.bytes, u32(at + STR.byteLen)));
  };

  it('numbers heap types in order and keeps built-in ids', () => {
    expect(layout.typeIds.get('str')).toBe(TYPE_ID.str);
    expect(layout.typeIds.get('main.Point')).toBe(FIRST_TYPE_ID);
    expect(layout.typeIds.get('list[int]')).toBe(FIRST_TYPE_ID + 1);
  });

  it('puts traced globals first and starts references as None', () => {
    const start = STACK_BASE + 1024;
    expect([layout.globals.get('total'), layout.globals.get('last'), layout.globals.get('scale')]).toEqual([start, start + 8, start + 16]);
    expect([layout.globalsStart, layout.globalsEnd]).toEqual([start, start + 16]);
    expect(memory.getBigUint64(start + 8, true)).toBe(0x4000000000000000n);
    expect(memory.getBigUint64(start, true)).toBe(0n);
  });

  it('relocates data', () => {
    const a = symbolAddress(layout, 'a');
    expect(a % 8).toBe(0);
    expect(u32(a)).toBe(16);
    expect(u32(a + 4)).toBe(symbolAddress(layout, 'b'));
    expect(u32(a + 8)).toBe(FIRST_TYPE_ID);
    expect(symbolAddress(layout, 'func:f')).toBe(1);
    expect(() => symbolAddress(layout, 'none such')).toThrow('has no address');
  });

  it('writes type rows with reference maps and names', () => {
    const row = layout.typeTable + TYPE_ROW.bytes * FIRST_TYPE_ID;
    expect(u32(row + TYPE_ROW.size)).toBe(32);
    const map = u32(row + TYPE_ROW.refMap);
    expect([u32(map), u32(map + 4), u32(map + 8)]).toEqual([2, (8 << 2) | 1, 16 << 2]);
    expect(str(u32(row + TYPE_ROW.name))).toBe('Point');
    expect(str(u32(row + TYPE_ROW.bytes + TYPE_ROW.name))).toBe('list');
    expect(str(u32(layout.typeTable + TYPE_ROW.bytes * TYPE_ID.none + TYPE_ROW.name))).toBe('NoneType');
  });

  it('writes sites with shared texts', () => {
    const [one, two] = [layout.siteTable, layout.siteTable + SITE_ROW.bytes];
    expect(str(u32(one + SITE_ROW.text))).toBe('  s += é');
    expect(u32(one + SITE_ROW.text)).toBe(u32(two + SITE_ROW.text));
    expect([u32(one + SITE_ROW.line), u32(one + SITE_ROW.endCol), u32(two + SITE_ROW.endCol)]).toEqual([3, 9, 9]);
    expect(u32(u32(one + SITE_ROW.text) + STR.cpLen)).toBe(8);
  });

  it('sets the control cells', () => {
    expect(u32(CELL.heapBase)).toBe(layout.heapBase);
    expect(u32(CELL.recursionLimit)).toBe(77);
    expect(u32(CELL.stackLimit)).toBe(STACK_BASE + 1024);
    expect(u32(CELL.typeCount)).toBe(FIRST_TYPE_ID + 2);
    expect(u32(0)).toBe(TYPE_ID.none);
  });

  it('makes big int constants static', () => {
    const at = layout.data.get('bigint:0x18ee90ff6c373e0ee4e3f0ad2') as number;
    expect([u32(at), u32(at + 8), u32(at + 12)]).toEqual([TYPE_ID.int, 4, 0x4e3f0ad2]);
  });

  it('is deterministic', () => {
    expect(layoutModule(parseModule(MODULE), { stackBytes: 1024, recursionLimit: 77 })).toEqual(layout);
  });
});
