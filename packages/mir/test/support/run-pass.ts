/**
 * Runs one pass over MIR text and checks the result with the verifier; the printed functions are compared without their names' noise.
 */
import { expect } from 'vitest';
import { Changes, type Module, type Pass, type PassContext, parseModule, printFunc, verifyModule } from '../../src/index.ts';

/** A context as the pipeline makes it. */
export function passContext(level: 0 | 1 | 2 = 2, interrupts = false): PassContext {
  return { options: { level, interrupts }, facts: new Map(), traced: new Map(), changes: new Changes() };
}

/** The module after a pass (or several). */
export function afterPasses(text: string, passes: readonly Pass[], context = passContext()): Module {
  let module = parseModule(text);
  expect(verifyModule(module).map((f) => f.message)).toEqual([]);
  for (const pass of passes) {
    module = pass.run(module, context) ?? module;
    expect(verifyModule(module).map((f) => `${pass.name}: ${f.func}: ${f.message}`)).toEqual([]);
  }
  return module;
}

/** Text of one function, trimmed of its frame: header line and braces stay away, indentation is kept out. */
export function bodyOf(module: Module, name = 'f'): string {
  const func = module.funcs.get(name);
  if (!func) return `no function ${name}`;
  return printFunc(func)
    .split('\n')
    .slice(1, -2)
    .map((line) => line.trim())
    .join('\n');
}
