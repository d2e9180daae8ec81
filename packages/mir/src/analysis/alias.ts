/**
 * Alias classes: which instructions may change what a load reads.
 *
 * A load or store names a class of locations; different classes never overlap, and the empty class overlaps all. Language ops have classes
 * too, the same that legalisation gives their loads and stores, so that both levels agree.
 *
 * Allocation, and with it all arithmetic on ints, is special: it writes fresh objects and the cells of the allocator, so no location
 * that has a name changes, but a raw load (of the bump pointer, say) must not be moved across it. That is what `raw` says.
 */
import type { Inst, Module } from '../ir.ts';
import { OP_FACTS } from '../op-facts.ts';
import type { ImmOf } from '../ops.ts';
import { RUNTIME_CALLS, runtimeName, TRACE_APPEND } from '../passes/runtime-calls.ts';
import { buildCallGraph } from './call-graph.ts';

/** What may be written: everything, raw memory, classes by name. */
export interface Writes {
  readonly any: boolean;
  readonly raw: boolean;
  readonly classes: readonly string[];
}

/** What functions may write, by name. */
export type WriteSummaries = ReadonlyMap<string, Writes>;

const NONE: Writes = { any: false, raw: false, classes: [] };
const RAW: Writes = { any: false, raw: true, classes: [] };
const ANY: Writes = { any: true, raw: true, classes: [] };

/** Classes of locations that never change once they can be read: the type id of an object, the number in a boxed double. */
const IMMUTABLE: ReadonlySet<string> = new Set(['.typeId', '.float']);

/** Runtime functions that only make objects (or only look). */
const MAKERS: ReadonlySet<string> = new Set(
  [...Object.values(RUNTIME_CALLS).filter((name) => !name.startsWith('raise')), TRACE_APPEND].map(runtimeName),
);

/** Whether a class never changes. */
export function isImmutable(alias: string): boolean {
  return IMMUTABLE.has(alias);
}

/** The class that a reading instruction reads; undefined when it does not read one location. */
export function readClass(inst: Inst): string | undefined {
  switch (inst.op) {
    case 'load':
      return (inst.imm as ImmOf<'load'>).alias;
    case 'field.get':
      return `.${(inst.imm as ImmOf<'field.get'>).field}`;
    case 'global.get':
      return `global:${(inst.imm as ImmOf<'global.get'>).name}`;
    case 'ref.type':
    case 'val.type':
      return '.typeId';
    case 'list.len':
      return '._len';
    case 'val.to_f64':
      return '.float';
    default:
      return undefined;
  }
}

const oneClass = (alias: string): Writes => (alias === '' ? ANY : { any: false, raw: false, classes: [alias] });

/** What an instruction may write. */
export function writesOf(inst: Inst, summaries: WriteSummaries): Writes {
  switch (inst.op) {
    case 'store':
      return oneClass((inst.imm as ImmOf<'store'>).alias);
    case 'field.set':
      return oneClass(`.${(inst.imm as ImmOf<'field.set'>).field}`);
    case 'global.set':
      return oneClass(`global:${(inst.imm as ImmOf<'global.set'>).name}`);
    case 'list.set':
      return oneClass((inst.imm as ImmOf<'list.set'>).alias);
    case 'call':
      return summaries.get((inst.imm as ImmOf<'call'>).func) ?? ANY;
    // The exception cell and the shadow stack are read by no load.
    case 'exc.set':
    case 'exc.take':
    case 'frame.enter':
    case 'frame.leave':
    case 'frame.reset':
    case 'root.set':
    case 'memory.grow':
      return NONE;
    case 'new':
    case 'new.buffer':
      return RAW;
    default: {
      const { writes, collects } = OP_FACTS[inst.op];
      return writes ? ANY : collects ? RAW : NONE;
    }
  }
}

/** What each function may write, itself and through calls. */
export function summariseWrites(module: Module): WriteSummaries {
  const graph = buildCallGraph(module, { slowPaths: false });
  const summaries = new Map<string, Writes>();
  for (const component of graph.components) {
    let any = false;
    let raw = false;
    const classes = new Set<string>();
    const members = new Set(component.map((k) => graph.funcs[k]?.name as string));
    for (const k of component) {
      const func = graph.funcs[k];
      if (!func) continue;
      if (MAKERS.has(func.name)) {
        raw = true;
        continue;
      }
      for (const block of func.blocks) {
        for (const inst of block?.insts ?? []) {
          if (inst.op === 'call' && members.has((inst.imm as ImmOf<'call'>).func)) continue;
          const writes = writesOf(inst, summaries);
          any ||= writes.any;
          raw ||= writes.raw;
          for (const alias of writes.classes) classes.add(alias);
        }
      }
    }
    const summary: Writes = any ? ANY : { any, raw, classes: [...classes] };
    for (const name of members) summaries.set(name, summary);
  }
  return summaries;
}
