/**
 * Is a captured variable surely bound whenever a function that captures it can run? The body is walked in execution order: wherever a
 * capturing function is made, the variable must be assigned on every way there. Neighbouring `def` statements run nothing, so functions
 * that call each other may be defined in any order.
 */
import type { FunctionInfo, Var } from '../program/function-info.ts';
import type { HExpr, HStmt } from './nodes.ts';

const known = new WeakMap<Var, boolean>();

/** Whether reads of a captured variable need no test. */
export function surelyBound(v: Var): boolean {
  let result = known.get(v);
  if (result === undefined) {
    result = v.temp || v.owner.params.some((p) => p.variable === v) || new Order(v).holds(v.owner.body);
    known.set(v, result);
  }
  return result;
}

class Order {
  readonly #v: Var;
  /** A function that captures the variable exists; it was made by a `def` just before. */
  #pending = false;
  #failed = false;

  constructor(v: Var) {
    this.#v = v;
  }

  holds(body: readonly HStmt[]): boolean {
    this.#block(body, false);
    return !this.#failed;
  }

  /** Walks statements from a state; true when the variable is assigned where they end. */
  #block(body: readonly HStmt[], before: boolean): boolean {
    let assigned = before;
    for (const s of body) {
      const def = s.k === 'assign' && definedBy(s.value) !== null;
      if (this.#pending && !def) this.#failed ||= !assigned;
      assigned = this.#stmt(s, assigned);
      if (assigned) this.#pending = false;
      if (leaves(s)) return true;
    }
    if (this.#pending && !assigned) this.#failed = true;
    return assigned;
  }

  #stmt(s: HStmt, before: boolean): boolean {
    switch (s.k) {
      case 'assign': {
        const made = definedBy(s.value);
        if (made && !before && captures(made, this.#v)) {
          if (s.v !== this.#v) this.#pending = true;
          return s.v === this.#v;
        }
        return this.#expr(s.value, before) || s.v === this.#v;
      }
      case 'delvar':
        if (s.v === this.#v) this.#failed = true;
        return before;
      case 'if': {
        const test = this.#expr(s.test, before);
        const then = this.#block(s.then, test);
        return this.#block(s.else, test) && then;
      }
      case 'while': {
        const test = this.#expr(s.test, before);
        this.#block(s.body, test);
        this.#block(s.orelse, test);
        return test;
      }
      case 'for': {
        const iter = this.#expr(s.iter, before);
        this.#block(s.body, iter || s.v === this.#v);
        this.#block(s.orelse, iter);
        return iter;
      }
      case 'try': {
        const body = this.#block(s.body, before);
        const orelse = this.#block(s.orelse, body);
        let after = orelse;
        for (const h of s.handlers) after = this.#block(h.body, before || h.v === this.#v) && after;
        const last = this.#block(s.finalbody, before);
        return after || last;
      }
      default: {
        let assigned = before;
        for (const e of operands(s)) assigned = this.#expr(e, assigned);
        return assigned;
      }
    }
  }

  #expr(e: HExpr, before: boolean): boolean {
    switch (e.k) {
      case 'func':
        if (!before && captures(e.fn, this.#v)) this.#failed = true;
        return before;
      case 'seq':
        return this.#expr(e.value, this.#block(e.stmts, before));
      case 'and':
      case 'or': {
        const left = this.#expr(e.left, before);
        this.#expr(e.right, left);
        return left;
      }
      case 'cond': {
        const test = this.#expr(e.test, before);
        const then = this.#expr(e.then, test);
        return this.#expr(e.else, test) && then;
      }
      default: {
        let assigned = before;
        for (const x of operands(e)) assigned = this.#expr(x, assigned);
        return assigned;
      }
    }
  }
}

const captures = (fn: FunctionInfo, v: Var): boolean => fn.free.includes(v);

/** The function of an undecorated `def`, whose value runs no other code. */
function definedBy(e: HExpr): FunctionInfo | null {
  return e.k === 'func' ? e.fn : null;
}

const leaves = (s: HStmt): boolean => s.k === 'return' || s.k === 'raise' || s.k === 'break' || s.k === 'continue';

const EXPRESSION_KINDS = new Set([
  'const',
  'var',
  'global',
  'binding',
  'unknown',
  'attr',
  'op',
  'call',
  'super',
  'tuple',
  'list',
  'set',
  'dict',
  'cond',
  'and',
  'or',
  'func',
  'seq',
  'fstring',
  'unpack',
  'item',
  'typeexpr',
  'caught',
]);

/** Direct operands of a node, in the order of its fields, which is the order of evaluation. */
function operands(node: HExpr | HStmt): HExpr[] {
  const out: HExpr[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      const k = (value as { k?: unknown }).k;
      if (typeof k === 'string' && EXPRESSION_KINDS.has(k)) out.push(value as HExpr);
      else if ('value' in value) collect(Object.values(value));
    }
  };
  for (const [key, value] of Object.entries(node)) if (!['v', 'g', 'binding', 'cls', 'fn', 'mod', 'expr'].includes(key)) collect(value);
  return out;
}
