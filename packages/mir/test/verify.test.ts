import { describe, expect, it } from 'vitest';
import { parseModule, renderFaults, throwFaults, verifyModule } from '../src/index.ts';

const messages = (text: string): string[] => verifyModule(parseModule(text)).map((f) => f.message);
const body = (lines: string, head = 'func @f(v0: i32, v1: ref, v2: int) -> i32'): string => `${head} {\nbb0:\n${lines}\n}`;

describe('verifier', () => {
  it.each([
    ['return v1', 'the returned value is ref, not i32'],
    ['return', 'return without a value of type i32'],
    ['v3 = i32.add v0, v2\nreturn v3', 'operand 1 of i32.add is int, not i32'],
    ['v3 = i32.add v0\nreturn v3', 'i32.add takes 2 operands, not 1'],
    ['v3: i64 = i32.add v0, v0\nreturn v0', 'the result of i32.add is i64, not i32'],
    ['v3: i32 = call @g never\nreturn v3', 'call of g, which does not exist'],
    ['v3: int = field.get @P @x v1\nreturn v0', 'heap type P has no field x'],
    ['v3 = new @P\nreturn v0', 'heap type P does not exist'],
    ['v3 = data.addr @P\nreturn v0', 'data item P does not exist'],
    ['v3: int = select v0, v2, v1\nreturn v0', 'the two choices of select have different types'],
    ['jump bb0', 'the entry block is a jump target'],
    ['jump bb1\nbb1(v3: i32):\nreturn v0', 'block 1 takes 1 arguments, not 0'],
    ['jump bb1(v1)\nbb1(v3: i32):\nreturn v0', 'argument 0 of block 1 is ref, not i32'],
    ['branch v2, bb1, bb1\nbb1:\nreturn v0', 'the condition is int, not i32'],
    ['switch v0 [1: bb1, 1: bb1] else bb1\nbb1:\nreturn v0', 'two cases of the switch are equal'],
    ['raise v2', 'the raised value is int, not ref'],
    ['raise v1 !0', 'site 0 does not exist'],
    ['branch v0, bb1, bb2\nbb1:\nv3 = i32.const 1\njump bb2\nbb2:\nreturn v3', 'use of value 3 is not dominated by its definition'],
    ['v3 = i32.add v4, v4\nv4 = i32.const 1\nreturn v3', 'use of value 4 is not dominated by its definition'],
    ['v3: i32 = call @f catch v0, v1, v2\nreturn v3', 'a call that catches is not followed by exc.pending'],
  ])('reports %j', (lines, message) => {
    const found = messages(body(lines));
    expect(found.map((text) => text.replace(/value \d+/, 'value N'))).toContain(message.replace(/value \d+/, 'value N'));
  });

  it('keeps the levels apart', () => {
    const found = messages(`module @m machine\n${body('v3 = ref.addr v1\nv4: i32 = load ref+0 v0\nreturn v3')}`);
    expect(found).toContain('ref.addr is an operation of the language level');
    expect(found).toContain('memory type ref at machine level');
    expect(found.some((text) => /has type ref at machine level/.test(text))).toBe(true);
  });

  it('checks module items', () => {
    const found = messages('type @P fixed 16 { @a: i32 +8, @b: i64 +12 }\ntable @f\ntable @f\nexport @x = @y\ndata @d "0000" { 0: @e }');
    expect(found).toContain('export x names y, which is no function');
    expect(found).toContain('the table holds f twice');
    expect(found).toContain('field P.b at 12 is not aligned to 8');
    expect(found).toContain('heap type P of 16 bytes is shorter than its fields, which end at 20');
    expect(found).toContain('data d refers to e, which does not exist');
  });

  it('shows faults inside the function and throws for passes', () => {
    const module = parseModule(body('return v1'));
    const faults = verifyModule(module);
    expect(renderFaults(module, faults)).toContain('return v1\n  ; error: the returned value is ref, not i32');
    expect(() => throwFaults(module, faults, 'inline')).toThrow(/after inline: 1 faults/);
    expect(() => throwFaults(module, [], 'inline')).not.toThrow();
  });
});
