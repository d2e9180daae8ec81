/**
 * Who calls whom, with strongly connected components in bottom-up order (Tarjan, without recursion).
 *
 * A language op that calls the runtime on its slow path counts as a call. An indirect call may reach every function of the table whose
 * signature fits.
 */

import type { Func, Module, Type } from '../ir.ts';
import { typeAt } from '../level-type.ts';
import type { ImmOf } from '../ops.ts';
import { appendsTrace, RUNTIME_CALLS, runtimeName, TRACE_APPEND } from '../passes/runtime-calls.ts';

/** Functions are numbered in the order of the module. */
export interface CallGraph {
  readonly funcs: readonly Func[];
  readonly index: ReadonlyMap<string, number>;
  /** Callees by function, each once. */
  readonly callees: readonly (readonly number[])[];
  /** Components: callees come before callers. */
  readonly components: readonly (readonly number[])[];
  /** Component of a function. */
  readonly componentOf: Int32Array;
  /** Whether the function can reach itself. */
  readonly recursive: Uint8Array;
}

/** The text that equal signatures share. */
export function signatureKey(params: readonly Type[], result: Type | null, level: Module['level']): string {
  return `${params.map((type) => typeAt(level, type)).join()}>${result === null ? '' : typeAt(level, result)}`;
}

/** Functions of the table by signature. */
export function tableBySignature(module: Module): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of module.table) {
    const func = module.funcs.get(name);
    if (!func) continue;
    const key = signatureKey(
      func.params.map((id) => func.values[id] as Type),
      func.result,
      module.level,
    );
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return groups;
}

/** Builds the call graph of a module; without `slowPaths` only calls that are written down count. */
export function buildCallGraph(module: Module, { slowPaths = true } = {}): CallGraph {
  const funcs = [...module.funcs.values()];
  const index = new Map(funcs.map((func, k) => [func.name, k]));
  const table = tableBySignature(module);
  const trace = index.get(runtimeName(TRACE_APPEND));
  const callees = funcs.map((func) => {
    const found = new Set<number>();
    const add = (name: string): void => {
      const k = index.get(name);
      if (k !== undefined) found.add(k);
    };
    for (const block of func.blocks) {
      if (!block) continue;
      for (const inst of block.insts) {
        if (inst.op === 'call') add((inst.imm as ImmOf<'call'>).func);
        else if (inst.op === 'call.indirect') {
          const { params, result } = inst.imm as ImmOf<'call.indirect'>;
          table.get(signatureKey(params, result, module.level))?.forEach(add);
        } else if (slowPaths) {
          const slow = RUNTIME_CALLS[inst.op];
          if (slow !== undefined) add(runtimeName(slow));
        }
      }
      if (trace !== undefined && slowPaths && appendsTrace(block.term)) found.add(trace);
    }
    return [...found];
  });
  return { funcs, index, callees, ...findComponents(callees) };
}

function findComponents(callees: readonly (readonly number[])[]): Pick<CallGraph, 'components' | 'componentOf' | 'recursive'> {
  const count = callees.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const componentOf = new Int32Array(count).fill(-1);
  const recursive = new Uint8Array(count);
  const next = new Int32Array(count);
  const components: number[][] = [];
  const open: number[] = [];
  let clock = 0;
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [root];
    order[root] = low[root] = clock++;
    open.push(root);
    while (path.length > 0) {
      const at = path[path.length - 1] as number;
      const out = callees[at] as readonly number[];
      if ((next[at] as number) < out.length) {
        const to = out[next[at] as number] as number;
        next[at] = (next[at] as number) + 1;
        if (order[to] === -1) {
          order[to] = low[to] = clock++;
          open.push(to);
          path.push(to);
        } else if (componentOf[to] === -1) low[at] = Math.min(low[at] as number, order[to] as number);
        continue;
      }
      path.pop();
      const above = path[path.length - 1];
      if (above !== undefined) low[above] = Math.min(low[above] as number, low[at] as number);
      if (low[at] !== order[at]) continue;
      const members: number[] = [];
      for (let member = -1; member !== at; ) {
        member = open.pop() as number;
        componentOf[member] = components.length;
        members.push(member);
      }
      const loops = members.length > 1 || out.includes(at);
      if (loops) for (const member of members) recursive[member] = 1;
      components.push(members);
    }
  }
  return { components, componentOf, recursive };
}
