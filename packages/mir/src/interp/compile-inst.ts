/**
 * One closure per instruction: constants, pure ops, memory, calls, exceptions and frames. Language ops are in language-ops.ts.
 */
import { CELL, TRAP_REASON } from '@molt/abi';
import { broken } from '@molt/diagnostics';
import type { Func, Inst, ValueId } from '../ir.ts';
import { symbolAddress } from '../layout/layout.ts';
import type { ImmOf } from '../ops.ts';
import { dividesBy, PURE_OPS, type Scalar } from '../pure-ops.ts';
import { isOp } from '../traverse.ts';
import { compileLanguageOp } from './language-ops.ts';
import { type Code, type Machine, type Registers, refWord, type Step } from './machine.ts';
import { READ, WRITE } from './memory-ops.ts';
import { InterpreterTrap } from './trap.ts';

/** Compiles an instruction; `next` decides whether an op that raises is caught. */
export function compileInst(machine: Machine, func: Func, inst: Inst, next: Inst | undefined): Step {
  const { memory, layout } = machine;
  const result = inst.result as ValueId;
  const [a, b, c] = inst.args as readonly [ValueId, ValueId, ValueId];
  const pure = PURE_OPS[inst.op];
  if (pure) return compilePure(inst, pure);
  switch (inst.op) {
    case 'i32.const':
    case 'i64.const':
    case 'f64.const': {
      const { value } = inst.imm as { value: Scalar };
      return (r) => void (r[result] = value);
    }
    case 'data.addr':
      return constant(result, symbolAddress(layout, (inst.imm as ImmOf<'data.addr'>).name) | 0);
    case 'type.id':
      return constant(result, symbolAddress(layout, `type:${(inst.imm as ImmOf<'type.id'>).name}`));
    case 'func.index':
      return constant(result, symbolAddress(layout, `func:${(inst.imm as ImmOf<'func.index'>).name}`));
    case 'select':
      return (r) => void (r[result] = (r[a] !== 0 ? r[b] : r[c]) as Scalar);
    case 'load': {
      const { type, offset } = inst.imm as ImmOf<'load'>;
      const read = READ[type];
      return (r) => void (r[result] = read(memory, ((r[a] as number) >>> 0) + offset));
    }
    case 'store': {
      const { type, offset } = inst.imm as ImmOf<'store'>;
      const write = WRITE[type];
      return (r) => write(memory, ((r[a] as number) >>> 0) + offset, r[b] as Scalar);
    }
    case 'memory.copy':
      return (r) => {
        const [to, from, size] = [(r[a] as number) >>> 0, (r[b] as number) >>> 0, (r[c] as number) >>> 0];
        memory.check(to, size);
        memory.check(from, size);
        memory.bytes.copyWithin(to, from, from + size);
      };
    case 'memory.fill':
      return (r) => {
        const [to, size] = [(r[a] as number) >>> 0, (r[c] as number) >>> 0];
        memory.check(to, size);
        memory.bytes.fill(r[b] as number, to, to + size);
      };
    case 'memory.size':
      return (r) => void (r[result] = memory.pages);
    case 'memory.grow':
      return (r) => void (r[result] = memory.grow((r[a] as number) >>> 0));
    case 'call':
    case 'call.indirect':
    case 'call.host':
      return compileCall(machine, inst);
    case 'exc.pending':
      return (r) => void (r[result] = memory.u32(CELL.excPending) | 0);
    case 'exc.set':
      return (r) => {
        machine.pendingException = r[a] as number;
        machine.trace(inst.site);
      };
    case 'exc.take':
      return (r) => {
        r[result] = memory.u32(CELL.excPending) | 0;
        machine.pendingException = 0;
      };
    case 'interrupt.check':
      return () => {
        const reason = memory.u32(CELL.interrupt);
        if (reason !== 0) throw new InterpreterTrap(reason, 'the program was interrupted');
      };
    case 'frame.enter':
    case 'frame.leave':
    case 'frame.reset':
    case 'root.set':
      return compileFrameOp(machine, func, inst);
    default:
      return compileLanguageOp(machine, inst, next) ?? broken(`the interpreter does not know ${inst.op}`, { func: func.name });
  }
}

const constant =
  (result: ValueId, value: Scalar): Step =>
  (r) =>
    void (r[result] = value);

function compilePure(inst: Inst, evaluate: (a: Scalar, b: Scalar) => Scalar): Step {
  const result = inst.result as ValueId;
  const [a, b] = inst.args as readonly [ValueId, ValueId];
  if (b === undefined) return (r) => void (r[result] = evaluate(r[a] as Scalar, 0));
  if (!dividesBy(inst.op)) return (r) => void (r[result] = evaluate(r[a] as Scalar, r[b] as Scalar));
  return (r) => {
    if (r[b] === 0 || r[b] === 0n) throw new InterpreterTrap(TRAP_REASON.unreachable, 'division by zero');
    r[result] = evaluate(r[a] as Scalar, r[b] as Scalar);
  };
}

function compileCall(machine: Machine, inst: Inst): Step {
  const { args, site } = inst;
  const finish = (r: Registers, value: Scalar | null, propagates: boolean): boolean => {
    if (inst.result !== -1) r[inst.result] = value as Scalar;
    if (!propagates || !machine.pending) return false;
    machine.trace(site);
    return true;
  };
  if (isOp(inst, 'call.host')) {
    const { name } = inst.imm;
    return (r) => {
      const host = machine.host.imports?.[name];
      if (!host) {
        if (name === 'trap') throw new InterpreterTrap(r[args[0] as ValueId] as number, 'the program reached a limit');
        throw new InterpreterTrap(TRAP_REASON.unreachable, `the host has no ${name}`);
      }
      const value = host(machine.memory, ...args.map((arg) => r[arg] as Scalar));
      if (inst.result !== -1) r[inst.result] = value as Scalar;
    };
  }
  const propagates = (inst.imm as ImmOf<'call'>).unwind === 'propagate';
  if (isOp(inst, 'call')) {
    let code: Code | null = null;
    return (r) => {
      code ??= machine.code(inst.imm.func);
      return finish(r, code.run(args.map((arg) => r[arg] as Scalar)), propagates);
    };
  }
  const names = [...machine.layout.funcIndices].reduce<string[]>((table, [name, index]) => {
    table[index] = name;
    return table;
  }, []);
  return (r) => {
    const name = names[r[args[0] as ValueId] as number];
    const callee = name === undefined ? undefined : machine.code(name);
    if (!callee || callee.func.params.length !== args.length - 1)
      throw new InterpreterTrap(TRAP_REASON.unreachable, 'call through an empty or unfit table entry');
    return finish(r, callee.run(args.slice(1).map((arg) => r[arg] as Scalar)), propagates);
  };
}

function compileFrameOp(machine: Machine, func: Func, inst: Inst): Step {
  const { memory } = machine;
  const [frame, value] = inst.args as readonly [ValueId, ValueId];
  const { slot } = (inst.imm ?? { slot: 0 }) as ImmOf<'root.set'>;
  switch (inst.op) {
    case 'frame.enter':
      return (r) => {
        const start = memory.u32(CELL.stackPtr);
        if (start + 8 * slot > memory.u32(CELL.stackLimit)) throw new InterpreterTrap(TRAP_REASON.stack, 'the shadow stack is full');
        memory.bytes.fill(0, start, start + 8 * slot);
        memory.setU32(CELL.stackPtr, start + 8 * slot);
        r[inst.result] = start;
      };
    case 'frame.leave':
      return (r) => memory.setU32(CELL.stackPtr, r[frame] as number);
    case 'frame.reset':
      return (r) => memory.setU32(CELL.stackPtr, (r[frame] as number) + 8 * slot);
    default: {
      const isRef = func.values[value] === 'ref' || func.values[value] === 'i32';
      return (r) =>
        memory.view.setBigInt64((r[frame] as number) + 8 * slot, isRef ? refWord(r[value] as Scalar) : (r[value] as bigint), true);
    }
  }
}
