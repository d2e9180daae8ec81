/** The code of small functions, read by people: loops, joins, exceptions, and a loop with two entries. */
import { type Func, parseModule } from '@molt/mir';
import { describe, expect, it } from 'vitest';
import { toWat } from '../src/index.ts';

function wat(text: string): string {
  const module = parseModule(`module @m machine\nsite "a.py" "f" 1 0 1 5 "f()"\n\n${text}`);
  return toWat(module, module.funcs.get('f') as Func);
}

describe('toWat', () => {
  it('keeps loop variables in one local each and code behind the loop', () => {
    expect(
      wat(`func @f(v0: i32) -> i32 {
bb0:
  v1 = i32.const 0
  jump bb1(v1, v1)
bb1(v2: i32, v3: i32):
  v4 = i32.lt_s v2, v0
  branch v4, bb2, bb3
bb2:
  v5 = i32.add v3, v2
  v6 = i32.const 1
  v7 = i32.add v2, v6
  interrupt.check
  jump bb1(v7, v5)
bb3:
  v8 = i32.mul v3, v3
  v9 = i32.sub v8, v0
  return v9
}
`),
    ).toMatchInlineSnapshot(`
      "(func $f (param i32) (result i32)
        (local i32 i32)
        block
          i32.const 0
          i32.const 0
          local.set 2
          local.set 1
          loop
            local.get 1
            local.get 0
            i32.lt_s
            if
              i32.const 0
              i32.load offset=100
              br_if 2
              local.get 1
              i32.const 1
              i32.add
              local.get 2
              local.get 1
              i32.add
              local.set 2
              local.set 1
              br 1
            else
              local.get 2
              local.get 2
              i32.mul
              local.get 0
              i32.sub
              return
            end
          end
          unreachable
        end
        i32.const 0
        i32.load offset=100
        call $molt.trap
        unreachable)
      "
    `);
  });

  it('reads the interrupt cell atomically where other threads may write it', () => {
    const module = parseModule('module @m machine\n\nfunc @f() {\nbb0:\n  interrupt.check\n  jump bb0\n}\n');
    expect(toWat(module, module.funcs.get('f') as Func, true)).toMatchInlineSnapshot(`
      "(func $f
        block
          loop
            i32.const 0
            i32.atomic.load offset=100
            br_if 1
            br 0
          end
          unreachable
        end
        i32.const 0
        i32.atomic.load offset=100
        call $molt.trap
        unreachable)
      "
    `);
  });

  it('joins values in a local and falls through where it can', () => {
    expect(
      wat(`func @f(v0: i32, v1: f64) -> f64 {
bb0:
  branch v0, bb1, bb2
bb1:
  v2 = f64.add v1, v1
  jump bb3(v2)
bb2:
  jump bb3(v1)
bb3(v3: f64):
  v4 = f64.sqrt v3
  return v4
}
`),
    ).toMatchInlineSnapshot(`
      "(func $f (param i32 f64) (result f64)
        block
          local.get 0
          if
            local.get 1
            local.get 1
            f64.add
            local.set 1
          end
        end
        local.get 1
        f64.sqrt
        return)
      "
    `);
  });

  it('shares one landing place for exceptions with their sites', () => {
    expect(
      wat(`func @rt.trace_append(v0: i32) {
bb0:
  return
}

func @g(v0: i32) -> i32 {
bb0:
  raise v0
}

func @f(v0: i32) -> i32 {
bb0:
  v1: i32 = call @g propagate v0 !0
  v2: i32 = call @g propagate v1 !0
  v3: i32 = call @g catch v2
  v4 = exc.pending
  branch v4, bb1, bb2
bb1:
  v5 = exc.take
  jump bb2
bb2:
  v6 = i32.add v1, v2
  return v6
}
`),
    ).toMatchInlineSnapshot(`
      "(func $f (param i32) (result i32)
        (local i32)
        block
          block (result i32)
            block
              local.get 0
              call $g
              i32.const 0
              i32.const 0
              i32.load offset=64
              br_if 1
              drop
              local.tee 0
              call $g
              i32.const 0
              i32.const 0
              i32.load offset=64
              br_if 1
              drop
              local.tee 1
              call $g
              drop
              i32.const 0
              i32.load offset=64
              if
                i32.const 0
                i32.load offset=64
                i32.const 0
                i32.const 0
                i32.store offset=64
                drop
              end
            end
            local.get 0
            local.get 1
            i32.add
            return
          end
          call $rt.trace_append
        end
        i32.const 0
        return)
      "
    `);
  });

  it('zeroes the slots of a frame that nothing fills before the first call', () => {
    expect(
      wat(`func @g(v0: i32) -> i32 [inline=never] {
bb0:
  return v0
}

func @f(v0: i64, v1: i32) -> i32 {
bb0:
  v2 = frame.enter 3
  root.set 0 v2, v0
  v3: i32 = call @g never v1
  root.set 1 v2, v3
  v4: i32 = call @g never v3
  frame.leave v2
  return v4
}
`),
    ).toMatchInlineSnapshot(`
      "(func $f (param i64 i32) (result i32)
        (local i32)
        block
          i32.const 0
          i32.load offset=92
          local.tee 2
          i32.const 24
          i32.add
          i32.const 0
          i32.load offset=96
          i32.gt_u
          br_if 0
          i32.const 0
          local.get 2
          i32.const 24
          i32.add
          i32.store offset=92
          local.get 2
          i64.const 0
          i64.store offset=8
          local.get 2
          i64.const 0
          i64.store offset=16
          local.get 2
          local.get 0
          i64.store
          local.get 1
          call $g
          local.set 1
          local.get 2
          local.get 1
          i64.extend_i32_u
          i64.const 4611686018427387904
          i64.or
          i64.store offset=8
          local.get 1
          call $g
          local.set 1
          i32.const 0
          local.get 2
          i32.store offset=92
          local.get 1
          return
        end
        i32.const 3
        call $molt.trap
        unreachable)
      "
    `);
  });

  it('dispatches into a loop with two entries', () => {
    expect(
      wat(`func @f(v0: i32) -> i32 {
bb0:
  branch v0, bb1, bb2
bb1:
  v1 = i32.const 7
  store i32+64 v0, v1
  jump bb2
bb2:
  v2: i32 = load i32+64 v0
  branch v2, bb1, bb3
bb3:
  return v2
}
`),
    ).toMatchInlineSnapshot(`
      "(func $f (param i32) (result i32)
        (local i32)
        block
          local.get 0
          if
            i32.const 0
            local.set 1
          else
            i32.const 1
            local.set 1
          end
        end
        loop
          block
            block
              local.get 1
              br_table 0 1
            end
            local.get 0
            i32.const 7
            i32.store offset=64
            i32.const 1
            local.set 1
            br 1
          end
          local.get 0
          i32.load offset=64
          local.tee 1
          if
            i32.const 0
            local.set 1
            br 1
          else
            local.get 1
            return
          end
        end
        unreachable)
      "
    `);
  });
});
