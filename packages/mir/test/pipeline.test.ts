import { describe, expect, it } from 'vitest';
import {
  createInterpreter,
  definePass,
  InterpreterLimit,
  InterpreterTrap,
  layoutModule,
  orderFaults,
  PIPELINE,
  parseModule,
  printModule,
  runPipeline,
} from '../src/index.ts';
import { RUNTIME_TEXT, testHost } from './support/runtime.ts';

const TEXT = `export @main = @main
${RUNTIME_TEXT}
func @main(v0: int) -> int {
bb0:
  v1 = int.const 2
  v2 = int.mul v0, v1
  return v2
}`;

describe('pipeline', () => {
  it('leaves the module it is given alone and ends at machine level', () => {
    const module = parseModule(TEXT);
    const before = printModule(module);
    const machine = runPipeline(module, { level: 2, interrupts: true, verifyEach: true });
    expect(machine.level).toBe('machine');
    expect(printModule(module)).toBe(before);
    expect(createInterpreter(machine, layoutModule(machine), testHost()).call('main', [21n])).toBe(42n);
  });

  it('gives equal output for equal input', () => {
    const texts = [1, 2].map(() => printModule(runPipeline(parseModule(TEXT), { level: 2, interrupts: true })));
    expect(texts[0]).toBe(texts[1]);
  });

  it('tells about each pass and leaves out what is disabled, but not what is required', () => {
    const seen: string[] = [];
    runPipeline(parseModule(TEXT), { level: 2, interrupts: false, disable: ['inline', 'roots'], onPass: (name) => seen.push(name) });
    expect(seen).toContain('roots');
    expect(seen).not.toContain('inline');
    expect(() => runPipeline(parseModule(TEXT), { level: 0, interrupts: false, disable: ['no-such-pass'] })).toThrow('no-such-pass');
  });

  it('names a pass whose module is broken', () => {
    expect(() =>
      runPipeline(parseModule('func @f() {\nbb0:\n  v0: int = call @g never\n  return\n}'), {
        level: 0,
        interrupts: false,
        verifyEach: true,
      }),
    ).toThrow(/after the front end/);
  });

  it('checks order constraints with their reasons', () => {
    expect(orderFaults(PIPELINE)).toEqual([]);
    const late = definePass({ name: 'late', doc: '', after: [{ pass: 'early', because: 'it needs it' }], run: () => undefined });
    expect(orderFaults([late])).toEqual(['late must run after early: it needs it']);
  });
});

describe('interpreter', () => {
  const run = (text: string, host = {}) => {
    const module = parseModule(text);
    return createInterpreter(module, layoutModule(module), host);
  };

  it('stops at its step limit and at traps', () => {
    expect(() => run('func @f() {\nbb0:\n  jump bb1\nbb1:\n  jump bb1\n}', { maxSteps: 100 }).call('f')).toThrow(InterpreterLimit);
    expect(() => run('func @f() {\nbb0:\n  trap 7\n}').call('f')).toThrow(InterpreterTrap);
    expect(() => run('func @f(v0: i32) -> i32 {\nbb0:\n  v1: i32 = load i32+0 v0\n  return v1\n}').call('f', [-4])).toThrow(/reason 1/);
    expect(() =>
      run('func @f(v0: i32) -> i32 {\nbb0:\n  v1 = i32.const 0\n  v2 = i32.div_s v0, v1\n  return v2\n}').call('f', [1]),
    ).toThrow(/division by zero/);
    expect(() => run('func @f() {\nbb0:\n  call @f propagate\n  return\n}', { maxSteps: 10_000_000 }).call('f')).toThrow(
      /nested too deeply/,
    );
  });

  it('calls imports and refuses those it has not', () => {
    const text = 'func @f(v0: i32) -> i64 {\nbb0:\n  v1: i64 = call.host @clock v0\n  return v1\n}';
    expect(run(text, { imports: { clock: () => 5n } }).call('f', [0])).toBe(5n);
    expect(() => run(text).call('f', [0])).toThrow('the host has no clock');
  });

  it('stops when the interrupt cell is set', () => {
    const interpreter = run('func @f() {\nbb0:\n  interrupt.check\n  return\n}');
    expect(interpreter.call('f')).toBe(null);
    interpreter.memory.setU32(100, 4);
    expect(() => interpreter.call('f')).toThrow(/reason 4/);
  });
});
