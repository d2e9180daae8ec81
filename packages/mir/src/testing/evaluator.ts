/**
 * A direct evaluator of machine level MIR, written from the op table's prose and nothing else: an oracle for code generators that shares
 * no code with the interpreter or the passes. It is made to be read, not to be fast.
 */
import { CELL, WORD } from '@molt/abi';
import type { Block, BlockId, Edge, Func, Inst, MemType, Module } from '../ir.ts';
import type { Layout } from '../layout/layout.ts';
import { symbolAddress } from '../layout/layout.ts';

export type Value = number | bigint;

/** Host functions of a run. */
export type Host = Readonly<Record<string, (...args: Value[]) => Value | undefined>>;

const u32 = (v: Value) => Number(v) >>> 0;
const bool = (b: boolean) => (b ? 1 : 0);
const u64 = (v: Value) => BigInt.asUintN(64, BigInt(v));
const view = new DataView(new ArrayBuffer(8));

function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const diff = x - floor;
  const rounded = diff < 0.5 ? floor : diff > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return rounded === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : rounded;
}

function saturate(x: number): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x >= 2 ** 63) return 2n ** 63n - 1n;
  if (x <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(x));
}

// biome-ignore format: a table
const I32: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: Math.imul, and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b,
  shl: (a, b) => a << b, shr_s: (a, b) => a >> b, shr_u: (a, b) => a >>> b,
  div_s: (a, b) => Math.trunc(a / b), div_u: (a, b) => Math.floor(u32(a) / u32(b)), rem_s: (a, b) => a % b, rem_u: (a, b) => u32(a) % u32(b),
  eq: (a, b) => bool(a === b), ne: (a, b) => bool(a !== b), lt_s: (a, b) => bool(a < b), le_s: (a, b) => bool(a <= b), gt_s: (a, b) => bool(a > b), ge_s: (a, b) => bool(a >= b),
  lt_u: (a, b) => bool(u32(a) < u32(b)), le_u: (a, b) => bool(u32(a) <= u32(b)), gt_u: (a, b) => bool(u32(a) > u32(b)), ge_u: (a, b) => bool(u32(a) >= u32(b)),
  eqz: (a) => bool(a === 0), clz: (a) => Math.clz32(a), ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)), popcnt: (a) => u32(a).toString(2).replaceAll('0', '').length,
};
// biome-ignore format: a table
const I64: Record<string, (a: bigint, b: bigint) => bigint | number> = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n), shr_s: (a, b) => a >> (b & 63n), shr_u: (a, b) => u64(a) >> (b & 63n),
  div_s: (a, b) => a / b, div_u: (a, b) => u64(a) / u64(b), rem_s: (a, b) => a % b, rem_u: (a, b) => u64(a) % u64(b),
  eq: (a, b) => bool(a === b), ne: (a, b) => bool(a !== b), lt_s: (a, b) => bool(a < b), le_s: (a, b) => bool(a <= b), gt_s: (a, b) => bool(a > b), ge_s: (a, b) => bool(a >= b),
  lt_u: (a, b) => bool(u64(a) < u64(b)), le_u: (a, b) => bool(u64(a) <= u64(b)), gt_u: (a, b) => bool(u64(a) > u64(b)), ge_u: (a, b) => bool(u64(a) >= u64(b)),
  eqz: (a) => bool(a === 0n), clz: (a) => BigInt(u64(a).toString(2).padStart(64, '0').indexOf('1') >>> 0 === 0xffffffff ? 64 : u64(a).toString(2).padStart(64, '0').indexOf('1')),
  ctz: (a) => (a === 0n ? 64n : BigInt(u64(a).toString(2).length - 1 - u64(a).toString(2).lastIndexOf('1'))), popcnt: (a) => BigInt(u64(a).toString(2).replaceAll('0', '').length),
  extend_s: (a) => BigInt(a), extend_u: (a) => BigInt(u32(a)), trunc_f64: (a) => saturate(Number(a)),
};
// biome-ignore format: a table
const F64: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b,
  eq: (a, b) => bool(a === b), ne: (a, b) => bool(a !== b), lt: (a, b) => bool(a < b), le: (a, b) => bool(a <= b), gt: (a, b) => bool(a > b), ge: (a, b) => bool(a >= b),
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)), neg: (a) => -a, abs: Math.abs, sqrt: Math.sqrt, floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc, nearest,
};

/** Evaluates functions of one module over one memory. */
export class Evaluator {
  readonly memory: DataView;
  readonly #module: Module;
  readonly #layout: Layout;
  readonly #host: Host;
  #pages: number;

  constructor(module: Module, layout: Layout, host: Host, pages: number) {
    this.#module = module;
    this.#layout = layout;
    this.#host = host;
    this.#pages = pages;
    const bytes = new Uint8Array(pages * 65536);
    for (const { address, bytes: part } of layout.segments) bytes.set(part, address);
    this.memory = new DataView(bytes.buffer);
  }

  cell(at: number): number {
    return this.memory.getUint32(at, true);
  }

  call(name: string, args: readonly Value[]): Value | undefined {
    const func = this.#module.funcs.get(name) as Func;
    const values: Value[] = [];
    func.params.forEach((p, i) => {
      values[p] = args[i] as Value;
    });
    const dummy = func.result === null ? undefined : func.result === 'i64' ? 0n : 0;
    let at = 0 as BlockId;
    const go = (edge: Edge) => {
      const moved = edge.args.map((a) => values[a] as Value);
      (func.blocks[edge.block] as Block).params.forEach((p, i) => {
        values[p] = moved[i] as Value;
      });
      at = edge.block;
    };
    for (;;) {
      const block = func.blocks[at];
      if (!block) throw new Error('no block');
      for (const inst of block.insts) {
        const result = this.#inst(
          func,
          inst,
          inst.args.map((a) => values[a] as Value),
        );
        if (result === LEAVE) return dummy;
        if (inst.result >= 0) values[inst.result] = result as Value;
      }
      const { term } = block;
      switch (term.kind) {
        case 'jump':
          go(term.to);
          break;
        case 'branch':
          go(values[term.cond] !== 0 ? term.then : term.else);
          break;
        case 'switch':
          go((term.cases.find((c) => c.value === values[term.value]) ?? { to: term.default }).to);
          break;
        case 'return':
          return term.value === null ? undefined : values[term.value];
        case 'raise':
          this.memory.setUint32(CELL.excPending, u32(values[term.value] as Value), true);
          this.#trace(term.site);
          return dummy;
        case 'propagate':
          this.#trace(term.site);
          return dummy;
        case 'trap':
          this.#host.trap?.(term.reason);
          throw new Error('trap returned');
      }
    }
  }

  #trace(site: number): void {
    if (site >= 0 && this.#module.funcs.has('rt.trace_append')) this.call('rt.trace_append', [site]);
  }

  #afterCall(inst: Inst, unwind: string, result: Value | undefined): Value | undefined | typeof LEAVE {
    if (unwind !== 'propagate' || this.cell(CELL.excPending) === 0) return result;
    this.#trace(inst.site);
    return LEAVE;
  }

  #load(type: MemType, at: number): Value {
    const m = this.memory;
    switch (type) {
      case 'u8':
        return m.getUint8(at);
      case 'i8':
        return m.getInt8(at);
      case 'u16':
        return m.getUint16(at, true);
      case 'i16':
        return m.getInt16(at, true);
      case 'i32':
        return m.getInt32(at, true);
      case 'i64':
        return m.getBigInt64(at, true);
      case 'f64':
        return m.getFloat64(at, true);
      default:
        throw new Error(type);
    }
  }

  #store(type: MemType, at: number, value: Value): void {
    const m = this.memory;
    switch (type) {
      case 'u8':
      case 'i8':
        return m.setUint8(at, u32(value));
      case 'u16':
      case 'i16':
        return m.setUint16(at, u32(value), true);
      case 'i32':
        return m.setUint32(at, u32(value), true);
      case 'i64':
        return m.setBigInt64(at, BigInt(value), true);
      case 'f64':
        return m.setFloat64(at, Number(value), true);
      default:
        throw new Error(type);
    }
  }

  #inst(func: Func, inst: Inst, a: Value[]): Value | undefined | typeof LEAVE {
    const imm = inst.imm as never as {
      value: Value;
      name: string;
      type: MemType;
      offset: number;
      func: string;
      unwind: string;
      slot: number;
    };
    const [x, y, z] = a as [Value, Value, Value];
    const bytes = () => new Uint8Array(this.memory.buffer);
    switch (inst.op) {
      case 'i32.const':
        return Number(imm.value) | 0;
      case 'i64.const':
      case 'f64.const':
        return imm.value;
      case 'data.addr':
        return symbolAddress(this.#layout, imm.name);
      case 'type.id':
        return this.#layout.typeIds.get(imm.name);
      case 'func.index':
        return this.#layout.funcIndices.get(imm.name);
      case 'select':
        return x !== 0 ? y : z;
      case 'load':
        return this.#load(imm.type, u32(x) + imm.offset);
      case 'store':
        return this.#store(imm.type, u32(x) + imm.offset, y) as undefined;
      case 'memory.copy': {
        bytes().copyWithin(u32(x), u32(y), u32(y) + u32(z));
        return undefined;
      }
      case 'memory.fill': {
        bytes().fill(u32(y), u32(x), u32(x) + u32(z));
        return undefined;
      }
      case 'memory.size':
        return this.#pages;
      case 'call':
        return this.#afterCall(inst, imm.unwind, this.call(imm.func, a));
      case 'call.indirect': {
        const name = [...this.#layout.funcIndices].find(([, index]) => index === x)?.[0] as string;
        return this.#afterCall(inst, imm.unwind, this.call(name, a.slice(1)));
      }
      case 'call.host':
        return this.#host[imm.name]?.(...a);
      case 'exc.pending':
        return this.cell(CELL.excPending) | 0;
      case 'exc.set': {
        this.#store('i32', CELL.excPending, x);
        this.#trace(inst.site);
        return undefined;
      }
      case 'exc.take': {
        const value = this.cell(CELL.excPending) | 0;
        this.#store('i32', CELL.excPending, 0);
        return value;
      }
      case 'interrupt.check': {
        if (this.cell(CELL.interrupt) !== 0) this.#host.trap?.(this.cell(CELL.interrupt));
        return undefined;
      }
      case 'frame.enter': {
        const start = this.cell(CELL.stackPtr);
        if (start + 8 * imm.slot > this.cell(CELL.stackLimit)) this.#host.trap?.(3);
        bytes().fill(0, start, start + 8 * imm.slot);
        this.#store('i32', CELL.stackPtr, start + 8 * imm.slot);
        return start;
      }
      case 'frame.leave':
        return this.#store('i32', CELL.stackPtr, x) as undefined;
      case 'frame.reset':
        return this.#store('i32', CELL.stackPtr, Number(x) + 8 * imm.slot) as undefined;
      case 'root.set':
        return this.#store('i64', u32(x) + 8 * imm.slot, typeof y === 'bigint' ? y : BigInt(u32(y)) | WORD.refTag) as undefined;
      case 'i32.wrap':
        return Number(BigInt.asIntN(32, BigInt(x)));
      case 'f64.from_i64':
        return Number(x);
      case 'f64.from_u64':
        return Number(u64(x));
      case 'f64.bits': {
        view.setFloat64(0, Number(x));
        return view.getBigInt64(0);
      }
      case 'f64.from_bits': {
        view.setBigInt64(0, BigInt(x));
        return view.getFloat64(0);
      }
      default: {
        const [type, op] = inst.op.split('.') as [string, string];
        if (type === 'f64') return F64[op]?.(x as number, y as number);
        const result = type === 'i32' ? I32[op]?.(x as number, y as number) : I64[op]?.(x as bigint, y as bigint);
        if (result === undefined) throw new Error(`${inst.op} in ${func.name}`);
        return typeof result === 'bigint' ? BigInt.asIntN(64, result) : result | 0;
      }
    }
  }
}

/** Answer of an instruction after which the function is left. */
const LEAVE = Symbol('leave');
