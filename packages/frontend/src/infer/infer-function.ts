/** Infers one instance: parameters in, a walk over the body, the result type out. */

import { surelyBound } from '../hir/definite-assignment.ts';
import { find, members, NONE, type Type, UNBOUND } from '../types/type.ts';
import { type AnnotationScope, annotationType } from './annotations.ts';
import type { Engine } from './engine.ts';
import { inferBlock, type Walk } from './infer-statements.ts';
import type { Env, Instance } from './instance.ts';
import type { Plan } from './plan.ts';

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
  markRaised(engine, inst);
  const grown = inst.params.some((p) => cellsGrew(p, inst));
  if (grown) engine.widened(inst);
}

/** Plans that raise instantiate the exception's class: handlers and `type(error)` elsewhere must know. */
function markRaised(engine: Engine, inst: Instance): void {
  const walk = (plan: Plan | undefined): void => {
    switch (plan?.k) {
      case 'raise':
        engine.markInstantiated(engine.program.errorClass(plan.error));
        return;
      case 'field':
        if (members(plan.fieldType).some((m) => m.k === 'unbound')) engine.markInstantiated(engine.program.errorClass('AttributeError'));
        return;
      case 'global':
        if (plan.global.maybeUnbound) engine.markInstantiated(engine.program.errorClass('NameError'));
        return;
      case 'let':
        walk(plan.value);
        walk(plan.body);
        return;
      case 'seq':
      case 'fallback':
        walk(plan.first);
        walk(plan.second);
        return;
      case 'not':
        walk(plan.value);
        return;
      case 'cond':
        walk(plan.test);
        walk(plan.then);
        walk(plan.else);
        return;
      case 'switch':
        for (const { plan: inner } of plan.cases) walk(inner);
    }
  };
  // the tables are sparse: forEach would visit every index
  Object.values(inst.plans).forEach(walk);
  for (const iter of Object.values(inst.iters)) if (iter && 'iterator' in iter) walk(iter.iterator);
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
