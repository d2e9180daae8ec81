/** The C text: how functions read, how names and literals are written, and how modules are cut into files. */

import { layoutModule, parseModule } from '@molt/mir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CNames, cBytes } from '../src/c-name.ts';
import { emitC, type NativeOptions } from '../src/emit-c.ts';
import { literal32, literal64, literalDouble } from '../src/expressions.ts';
import { imageText } from '../src/image-text.ts';

function emit(text: string, options: NativeOptions = {}) {
  const module = parseModule(`module @shop machine\nsite "a.py" "f" 1 0 1 5 "f()"\n\n${text}`);
  return emitC(module, layoutModule(module), options);
}

function unit(text: string): string {
  const source = emit(text).units.find((file) => file.name === 'module.c')?.text ?? '';
  return source.slice(source.indexOf('\n\n') + 2, source.indexOf('const MoltFunc'));
}

describe('a function', () => {
  it('reads like its MIR', () => {
    expect(
      unit(`func @rt.trace_append(v0: i32) {
bb0:
  return
}

func @"orders.price<int>"(v0 n: i32, v1 rate: f64) -> f64 [display="price"] {
bb0:
  v2 = f64.const 0.5
  jump bb1(v0, v1)
bb1(v3 i: i32, v4 sum: f64):
  v5 = i32.const 1
  v6 = i32.sub v3, v5
  branch v6, bb2, bb3 likely
bb2:
  v7 = f64.mul v4, v2
  interrupt.check
  jump bb1(v6, v7)
bb3:
  v8: f64 = call @"orders.price<int>" propagate v6, v4 !0
  v9 = frame.enter 1
  root.set 0 v9, v0
  frame.leave v9
  return v8
}
`),
    ).toMatchInlineSnapshot(`
      "/* rt.trace_append */
      static void py_rt__trace_append(MoltMem mem, uint32_t v0) {
        return;
      }

      /* price */
      static double py_orders__price_int(MoltMem mem, uint32_t v0_n, double v1_rate) {
        uint32_t v3_i;
        double v4_sum;
        uint32_t site;
        v3_i = v0_n;
        v4_sum = v1_rate;
      bb1:;
        const uint32_t v6 = v3_i - 1u;
        if (MOLT_LIKELY(v6)) {
          goto bb2;
        }
        goto bb3;
      bb2:;
        const double v7 = v4_sum * 0.5;
        molt_interrupt_check(mem);
        v3_i = v6;
        v4_sum = v7;
        goto bb1;
      bb3:;
        const double v8 = py_orders__price_int(mem, v6, v4_sum);
        if (MOLT_UNLIKELY(molt_exc_pending(mem))) { site = 0; goto leave_traced; }
        const uint32_t v9 = molt_frame_enter(mem, 1);
        molt_store_i64(mem, v9, 0);
        molt_store_i64(mem, v9, UINT64_C(0x4000000000000000) | v0_n);
        molt_stack_set(mem, v9);
        return v8;
      leave_traced:
        py_rt__trace_append(mem, site);
        return 0;
      }

      "
    `);
  });

  it('swaps parameters through temporaries', () => {
    const text = unit(`func @f(v0: i32, v1: i32) -> i32 {
bb0:
  jump bb1(v0, v1)
bb1(v2: i32, v3: i32):
  branch v2, bb1(v3, v2), bb2
bb2:
  return v3
}
`);
    expect(text).toContain('const uint32_t t0 = v3;');
    expect(text).toContain('v3 = t1;');
  });
});

describe('literals', () => {
  it.each([
    [literal32(5), '5u'],
    [literal32(-1), '(uint32_t)-1'],
    [literal32(-0x80000000), '0x80000000u'],
    [literal64(-1n), '(uint64_t)-1'],
    [literal64(1n << 40n), 'UINT64_C(0x10000000000)'],
    [literalDouble(2), '2.0'],
    [literalDouble(-1.5), '(-1.5)'],
    [literalDouble(1e300), '1e+300'],
    [literalDouble(-0), '(-0.0)'],
    [literalDouble(Number.POSITIVE_INFINITY), 'molt_double(UINT64_C(0x7ff0000000000000))'],
    [literalDouble(Number.NaN), 'molt_double(UINT64_C(0x7ff8000000000000))'],
  ])('%s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('write bytes so that C reads the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = cBytes(bytes);
        expect(text).not.toMatch(/[?\n]|[^\\]"/);
        const read: number[] = [];
        for (let at = 0; at < text.length; ) {
          const octal = /^\\([0-7]{1,3})/.exec(text.slice(at));
          if (octal) read.push(Number.parseInt(octal[1] as string, 8));
          else read.push(text.charCodeAt(text[at] === '\\' ? at + 1 : at));
          at += octal ? octal[0].length : text[at] === '\\' ? 2 : 1;
        }
        expect(read).toEqual([...bytes]);
      }),
    );
  });
});

describe('names', () => {
  it('are readable and never the same', () => {
    const names = new CNames();
    expect(names.of('orders.price<int,float>')).toBe('py_orders__price_int_float');
    expect(names.of('orders.price[int,float]')).toBe('py_orders__price_int_float_2');
    expect(names.of('orders.price<int,float>')).toBe('py_orders__price_int_float');
    expect(names.of('naïve')).toBe('py_na_ve');
  });
});

describe('the image', () => {
  it('leaves out zeros and keeps every other byte at its address', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 255 })), { maxLength: 40 }), (writes) => {
        const bytes = new Uint8Array(5001);
        for (const [at, value] of writes) bytes[at] = value;
        const { text, count } = imageText([{ address: 1000, bytes }]);
        const pieces = [...text.matchAll(/^ {2}\{(\d+), (\d+),$/gm)].map(([, address, length]) => ({
          address: Number(address),
          length: Number(length),
        }));
        expect(pieces.length).toBe(count);
        const covered = (at: number) => pieces.some((p) => at + 1000 >= p.address && at + 1000 < p.address + p.length);
        for (const [at] of writes) expect(covered(at)).toBe(true);
        expect(pieces.reduce((sum, p) => sum + p.length, 0)).toBeLessThanOrEqual(64 * writes.length + writes.length);
      }),
    );
  });
});

describe('files', () => {
  const many = Array.from(
    { length: 30 },
    (_, i) => `func @f${i}(v0: i32) -> i32 {\nbb0:\n  v1: i32 = call @f${(i + 1) % 30} never v0\n  return v1\n}\n`,
  ).join('\n');

  it('are one with static functions, or several with small functions in the header', () => {
    const one = emit(many);
    expect(one.units.map((file) => file.name)).toEqual(['module.h', 'module.c']);
    expect(one.units[0]?.text).toContain('static uint32_t py_f0(');
    const body = Array.from({ length: 40 }, (_, i) => `  v${i + 1} = i32.add v${i}, v0`).join('\n');
    const big = ['a', 'b', 'c'].map((name) => `func @big_${name}(v0: i32) -> i32 {\nbb0:\n${body}\n  return v40\n}\n`).join('\n');
    const several = emit(`${many}\n${big}`, { unitSize: 60 });
    expect(several.units.map((file) => file.name)).toEqual(['module.h', 'unit1.c', 'unit2.c', 'unit3.c', 'module.c']);
    expect(several.units[0]?.text).toContain('static inline uint32_t py_f0(');
    expect(several.units.filter((file) => file.text.includes('uint32_t py_big_b(MoltMem mem, uint32_t v0) {')).length).toBe(1);
  });

  it('of workers and libraries need a description of the service', () => {
    expect(() => emit(many, { kind: 'worker' })).toThrow(/MOLT9001.*service.*worker/);
  });
});
