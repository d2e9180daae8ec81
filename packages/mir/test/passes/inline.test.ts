import { describe, expect, it } from 'vitest';
import { createInterpreter, inline, layoutModule, parseModule, verifyModule } from '../../src/index.ts';
import { afterPasses, bodyOf, passContext } from '../support/run-pass.ts';
import { RUNTIME_TEXT, testHost } from '../support/runtime.ts';

describe('inline', () => {
  it('inlines a small leaf and folds what becomes known', () => {
    const module = afterPasses(
      'func @g(v0: i32) -> i32 {\nbb0:\n  v1 = i32.eqz v0\n  branch v1, bb1, bb2\nbb1:\n  v2 = i32.const 7\n  return v2\nbb2:\n  return v0\n}\nfunc @f() -> i32 {\nbb0:\n  v0 = i32.const 0\n  v1: i32 = call @g propagate v0\n  return v1\n}',
      [inline],
    );
    expect(bodyOf(module)).not.toContain('call');
    expect(bodyOf(module)).toMatch(/v\d = i32.const 7\nreturn/);
  });

  it('puts a small function into itself, cold calls left alone', () => {
    const text = `func @rec(v0: i32) -> i32 {
bb0:
  v1 = i32.const 1
  v2 = i32.lt_s v0, v1
  branch v2, bb1, bb2
bb1:
  return v0
bb2:
  v3 = i32.sub v0, v1
  v4: i32 = call @rec propagate v3
  v5 = i32.add v4, v0
  return v5
}`;
    const module = afterPasses(text, [inline]);
    const body = bodyOf(module, 'rec');
    expect(body.match(/call @rec/g)).toHaveLength(1);
    expect(body.match(/i32.lt_s/g)).toHaveLength(4);
    const interpreter = createInterpreter(module, layoutModule(module), testHost());
    expect([0, 1, 7, 100].map((n) => interpreter.call('rec', [n]))).toEqual([0, 1, 28, 5050]);
  });

  it('leaves functions that refuse, recursive ones and large ones', () => {
    const large = Array.from({ length: 60 }, (_, k) => `  v${k + 1} = i32.add v${k}, v${k}`).join('\n');
    const module = afterPasses(
      `func @never(v0: i32) -> i32 [inline=never] {\nbb0:\n  return v0\n}\nfunc @rec(v0: i32) -> i32 {\nbb0:\n  v1: i32 = call @rec propagate v0\n  return v1\n}\nfunc @large(v0: i32) -> i32 {\nbb0:\n${large}\n  return v60\n}\nfunc @must(v0: i32) -> i32 [inline=always] {\nbb0:\n${large}\n  return v60\n}\nfunc @f(v0: i32) -> i32 {\nbb0:\n  v1: i32 = call @never propagate v0\n  v2: i32 = call @rec propagate v1\n  v3: i32 = call @large propagate v2\n  v4: i32 = call @large propagate v3\n  v5: i32 = call @must propagate v4\n  return v5\n}`,
      [inline],
    );
    const text = bodyOf(module);
    expect(text.match(/call @(\w+)/g)).toEqual(['call @never', 'call @rec', 'call @large', 'call @large']);
  });

  it('keeps tracebacks and handlers as they were', () => {
    const text = `${RUNTIME_TEXT}
site "a.py" "g" 1 0 1 1 "raise"
site "a.py" "f" 2 0 2 1 "g()"
site "a.py" "h" 3 0 3 1 "f()"
func @thrower(v0: i32) -> i32 [inline=never] {
bb0:
  branch v0, bb1, bb2
bb1:
  v1 = i32.const 32
  v2 = ref.from_addr v1
  raise v2
bb2:
  return v0
}
func @g(v0: i32) -> i32 [inline=always] {
bb0:
  v1: i32 = call @thrower propagate v0 !0
  v2 = i32.const 5
  v3 = i32.eq v0, v2
  branch v3, bb1, bb2
bb1:
  v4 = ref.from_addr v0
  raise v4 !0
bb2:
  return v1
}
func @f(v0: i32) -> i32 [inline=always] {
bb0:
  v1: i32 = call @g propagate v0 !1
  return v1
}
func @main(v0: i32) -> i32 {
bb0:
  v1: i32 = call @f propagate v0 !2
  return v1
}
func @guarded(v0: i32) -> i32 {
bb0:
  v1: i32 = call @f catch v0 !2
  v2 = exc.pending
  branch v2, bb1, bb2 unlikely
bb1:
  v3 = exc.take
  v4 = i32.const -1
  return v4
bb2:
  return v1
}`;
    const run = (module: ReturnType<typeof parseModule>) => {
      const answers: unknown[] = [];
      for (const name of ['main', 'guarded']) {
        for (const arg of [0, 1, 5]) {
          const trace: number[] = [];
          const interpreter = createInterpreter(module, layoutModule(module), testHost(trace));
          answers.push([name, arg, interpreter.call(name, [arg]), interpreter.pending(), trace]);
        }
      }
      return answers;
    };
    const before = run(parseModule(text));
    const module = afterPasses(text, [inline], passContext(2));
    expect(bodyOf(module, 'main')).not.toContain('call @g');
    expect(bodyOf(module, 'guarded')).not.toContain('call @f');
    expect(run(module)).toEqual(before);
    expect(before[1]).toEqual(['main', 1, 0, true, [0, 1, 2]]);
    expect(before[4]).toEqual(['guarded', 1, -1, false, [0, 1]]);
    expect(verifyModule(module)).toEqual([]);
  });
});
