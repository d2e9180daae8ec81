/** Infers one instance: parameters in, a walk over the body, the result type out. */
import { annotationType, type AnnotationScope } from './annotations.ts';
import type { Engine } from './engine.ts';
import type { Env, Instance } from './instance.ts';
import { inferBlock, type Walk } from './infer-statements.ts';
import { surelyBound } from '../hir/definite-assignment.ts';
import { find, NONE, type Type, UNBOUND } from '../types/type.ts';

export function inferInstance(engine: Engine, inst: Instance): void {
  const { fn } = inst;
  fn.build?.();
  inst.state = 'running';
  inst.runs++;
  if (inst.runs > 300) throw new Error(`inference of ${inst.key} does not settle`);
  const c = { engine, inst };
  const scope = annotationScope(engine, inst);
  if (fn.trusted && fn.returns) inst.declared = annotationType(scope, fn.returns);
  const env: Env = new Array(fn.vars.length);
  const walk: Walk = { ...c, scope, loops: [], handlers: [], returned: null };
  for (const v of fn.vars) if (v.captured && !surelyBound(v)) engine.lattice.grow(inst.capturedCell(v), UNBOUND);
  fn.params.forEach((p, i) => {
    const type = inst.params[i] as Type;
    if (p.variable.captured) engine.lattice.grow(inst.capturedCell(p.variable), type);
    else env[p.variable.index] = type;
  });
  const end = inferBlock(walk, fn.body, env);
  if (end) engine.returned(inst, NONE);
  inst.state = 'done';
  const grown = inst.params.some((p) => cellsGrew(p, inst));
  if (grown) engine.widened(inst);
}

/** Remembers the element types a parameter had, and says whether they grew since the last time. */
const seen = new WeakMap<Instance, string>();
function cellsGrew(_p: Type, inst: Instance): boolean {
  const now = inst.params.map((p) => flat(p)).join(';') + [...inst.typevars.values()].map((v) => flat(find(v).type)).join(';');
  const before = seen.get(inst);
  seen.set(inst, now);
  return before !== undefined && before !== now;
}

import { typeKey } from '../types/join.ts';

const flat = (t: Type): string => typeKey(t);

export function annotationScope(engine: Engine, inst: Instance): AnnotationScope {
  return {
    program: engine.program,
    module: inst.fn.module,
    lattice: engine.lattice,
    typevar: (name) => {
      const cell = inst.typevars.get(name) ?? classCell(inst, name);
      if (cell) engine.read(cell, inst);
      return cell;
    },
  };
}

/** A type parameter of the class is the receiver's type argument. */
function classCell(inst: Instance, name: string) {
  const { cls } = inst.fn;
  const self = inst.params[0];
  if (!cls || self?.k !== 'inst') return null;
  return self.args[cls.params.indexOf(name)] ?? null;
}
