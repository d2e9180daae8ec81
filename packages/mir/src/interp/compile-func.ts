/**
 * Turns a function into closures: one per instruction, one per terminator that answers which block is next.
 */
import { TRAP_REASON } from '@molt/abi';
import type { Block, BlockId, Edge, Func, Inst, Term, Type, ValueId } from '../ir.ts';
import type { Scalar } from '../pure-ops.ts';
import { compileInst } from './compile-inst.ts';
import type { Code, Machine, Registers, Step } from './machine.ts';
import { InterpreterLimit, InterpreterTrap } from './trap.ts';

/** Next block, or LEAVE when the function ends. */
type Jump = (registers: Registers) => number;

interface BlockCode {
  readonly steps: readonly Step[];
  readonly jump: Jump;
}

const LEAVE = -1;

/** Compiles a function. */
export function compileFunc(machine: Machine, func: Func): Code {
  const blocks: (BlockCode | null)[] = func.blocks.map((block) => block && compileBlock(machine, func, block));
  const resultSlot = func.values.length;
  const { params } = func;
  const dummy = dummyOf(func.result);
  const run = (args: readonly Scalar[]): Scalar | null => {
    const registers: Registers = new Array(resultSlot + 1);
    registers[resultSlot] = dummy as Scalar;
    for (let k = 0; k < params.length; k++) registers[params[k] as ValueId] = args[k] as Scalar;
    let at = 0;
    for (;;) {
      const { steps, jump } = blocks[at] as BlockCode;
      machine.count(steps.length + 1);
      for (let k = 0; k < steps.length; k++) if ((steps[k] as Step)(registers) === true) return dummy;
      at = jump(registers);
      if (at === LEAVE) return registers[resultSlot] ?? null;
    }
  };
  return { func, run };
}

/** Faults of the machine below become traps: memory out of range, the host's stack. */
export function asTrap(error: unknown): unknown {
  if (error instanceof InterpreterTrap || error instanceof InterpreterLimit || !(error instanceof RangeError)) return error;
  const stack = error.message.includes('call stack');
  return new InterpreterTrap(
    stack ? TRAP_REASON.stack : TRAP_REASON.unreachable,
    stack ? 'calls are nested too deeply' : `fault: ${error.message}`,
  );
}

/** What a function that leaves with an exception returns. */
function dummyOf(type: Type | null): Scalar | null {
  if (type === null) return null;
  return type === 'i64' || type === 'int' || type === 'val' ? 0n : 0;
}

function compileBlock(machine: Machine, func: Func, block: Block): BlockCode {
  const steps = block.insts.map((inst: Inst, k) => compileInst(machine, func, inst, block.insts[k + 1]));
  return { steps, jump: compileTerm(machine, func, block.term) };
}

function compileEdge(func: Func, { block, args }: Edge): Jump {
  const params = (func.blocks[block] as Block).params;
  const target = block as BlockId;
  if (args.length === 0) return () => target;
  if (args.length === 1) {
    const [to, from] = [params[0] as ValueId, args[0] as ValueId];
    return (r) => {
      r[to] = r[from] as Scalar;
      return target;
    };
  }
  return (r) => {
    const values = args.map((arg) => r[arg] as Scalar);
    for (let k = 0; k < values.length; k++) r[params[k] as ValueId] = values[k] as Scalar;
    return target;
  };
}

function compileTerm(machine: Machine, func: Func, term: Term): Jump {
  const resultSlot = func.values.length;
  switch (term.kind) {
    case 'jump':
      return compileEdge(func, term.to);
    case 'branch': {
      const [then, otherwise] = [compileEdge(func, term.then), compileEdge(func, term.else)];
      const { cond } = term;
      return (r) => (r[cond] !== 0 ? then(r) : otherwise(r));
    }
    case 'switch': {
      const cases = new Map(term.cases.map((c) => [c.value | 0, compileEdge(func, c.to)]));
      const other = compileEdge(func, term.default);
      const { value } = term;
      return (r) => (cases.get(r[value] as number) ?? other)(r);
    }
    case 'return': {
      const { value } = term;
      if (value === null) return () => LEAVE;
      return (r) => {
        r[resultSlot] = r[value] as Scalar;
        return LEAVE;
      };
    }
    case 'raise': {
      const { value, site } = term;
      return (r) => {
        machine.pendingException = r[value] as number;
        machine.trace(site);
        return LEAVE;
      };
    }
    case 'propagate': {
      const { site } = term;
      return () => {
        machine.trace(site);
        return LEAVE;
      };
    }
    case 'trap': {
      const { reason } = term;
      return () => {
        throw new InterpreterTrap(reason, 'the program ended itself');
      };
    }
  }
}
