/**
 * Comparison, hash and repr of tuples of known length: generated as Python source per arity and instantiated per item types, so that
 * the item operations follow the ordinary rules.
 */
import type { FunctionDef } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import { makeFunction } from '../program/make-function.ts';
import type { Type } from '../types/type.ts';
import type { Ctx } from './context.ts';
import type { Plan } from './plan.ts';
import { planFunction } from './plan-calls.ts';

const made = new WeakMap<object, Map<string, FunctionInfo>>();

/** A generated template of the builtins. */
export function generatedFunction(c: Ctx, name: string, source: () => string): FunctionInfo {
  const { program } = c.engine;
  let table = made.get(program);
  if (!table) {
    table = new Map();
    made.set(program, table);
  }
  let fn = table.get(name);
  if (!fn) {
    const home =
      program.modules.get('molt.generated') ??
      program.addGenerated('molt.generated', '# molt: intrinsics\n', (m) =>
        m.locals.set('hash_of', { kind: 'intrinsic', name: 'hash_of' }),
      );
    const { module, diagnostics } = parseModule(`${source()}\n`, `<generated ${name}>`);
    if (diagnostics.length > 0) throw new Error(`generated ${name}: ${diagnostics[0]?.message}`);
    fn = makeFunction(program, home, module.body[0] as FunctionDef, { cls: null, parent: null, kind: 'function' });
    table.set(name, fn);
  }
  return fn;
}

export function planTupleCompare(c: Ctx, slots: readonly Type[], op: string, a: number, b: number): Plan {
  const ta = slots[a] as Extract<Type, { k: 'tuple' }>;
  const tb = slots[b] as Extract<Type, { k: 'tuple' }>;
  const n = Math.min(ta.items.length, tb.items.length);
  const fn = generatedFunction(c, `tuple_${op}_${ta.items.length}_${tb.items.length}`, () =>
    compareSource(op, ta.items.length, tb.items.length, n),
  );
  return planFunction(c, fn, null, slots, [a, b]);
}

function compareSource(op: string, la: number, lb: number, n: number): string {
  const name = `tuple_${op}_${la}_${lb}`;
  const lines = [`def ${name}(a, b):`];
  if (op === 'eq' || op === 'ne') {
    if (la !== lb) lines.push(`  return ${op === 'eq' ? 'False' : 'True'}`);
    else {
      for (let i = 0; i < n; i++)
        lines.push(
          `  x${i} = a[${i}]`,
          `  y${i} = b[${i}]`,
          `  if not (x${i} is y${i} or x${i} == y${i}):`,
          `    return ${op === 'eq' ? 'False' : 'True'}`,
        );
      lines.push(`  return ${op === 'eq' ? 'True' : 'False'}`);
    }
    return lines.join('\n');
  }
  const symbol = { lt: '<', le: '<=', gt: '>', ge: '>=' }[op];
  for (let i = 0; i < n; i++)
    lines.push(
      `  x${i} = a[${i}]`,
      `  y${i} = b[${i}]`,
      `  if not (x${i} is y${i} or x${i} == y${i}):`,
      `    return x${i} ${symbol} y${i}`,
    );
  const ends = { lt: la < lb, le: la <= lb, gt: la > lb, ge: la >= lb }[op];
  lines.push(`  return ${ends ? 'True' : 'False'}`);
  return lines.join('\n');
}

export function tupleReprFunction(c: Ctx, n: number): FunctionInfo {
  const parts = Array.from({ length: n }, (_, i) => `repr(t[${i}])`);
  const body = n === 0 ? "'()'" : n === 1 ? `'(' + ${parts[0]} + ',)'` : `'(' + ${parts.join(" + ', ' + ")} + ')'`;
  return generatedFunction(c, `tuple_repr_${n}`, () => `def tuple_repr_${n}(t):\n  return ${body}`);
}

/** CPython's tuple hash (xxHash based, Objects/tupleobject.c of 3.8 and later) over the items' hashes. */
export function tupleHashFunction(c: Ctx, n: number): FunctionInfo {
  const steps = Array.from({ length: n }, (_, i) => `  h = tuple_hash_step(h, hash_of(t[${i}]))`);
  return generatedFunction(c, `tuple_hash_${n}`, () =>
    [`def tuple_hash_${n}(t):`, '  h = tuple_hash_start()', ...steps, `  return tuple_hash_end(h, ${n})`].join('\n'),
  );
}
