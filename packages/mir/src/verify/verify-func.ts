/**
 * Rules F, T and U of the verifier: values, dominance, terminators, unwinding. Instructions' types are checked by verify-inst.ts.
 */
import { buildDominance, dominates } from '../analysis/dominance.ts';
import type { Block, BlockId, Edge, Func, Inst, Module, Term, ValueId } from '../ir.ts';
import { typeAt } from '../level-type.ts';
import { type ImmOf, OPS } from '../ops.ts';
import { runtimeName, TRACE_APPEND } from '../passes/runtime-calls.ts';
import { eachBlock, eachEdge, eachTermUse } from '../traverse.ts';
import { verifyInst } from './verify-inst.ts';

/** Reports a fault; see VerifyFault for the meaning of the place. */
export type Report = (block: BlockId | -1, index: number, message: string) => void;

/** Position of a definition inside its block: parameters are at -1, parameters of the function in block 0 at -2. */
interface Definitions {
  readonly block: Int32Array;
  readonly index: Int32Array;
}

/** Checks one function. */
export function verifyFunc(module: Module, func: Func, report: Report): void {
  const entry = func.blocks[0];
  if (!entry) {
    report(-1, -1, 'there is no entry block bb0');
    return;
  }
  if (entry.params.length > 0) report(0 as BlockId, -2, 'the entry block has parameters');
  if (!checkBlocksExist(func, report)) return;
  const definitions = define(module, func, report);
  for (const [id, block] of eachBlock(func)) {
    block.insts.forEach((inst, index) => {
      const say = (message: string): void => report(id, index, message);
      verifyInst(module, func, inst, say);
      checkUnwind(func, block, inst, index, say);
      checkSite(module, inst.site, say);
    });
    checkTerm(module, func, block.term, (message) => report(id, -1, message));
  }
  checkDominance(func, definitions, report);
}

function checkBlocksExist(func: Func, report: Report): boolean {
  let fine = true;
  for (const [id, block] of eachBlock(func)) {
    eachEdge(block.term, ({ block: to }) => {
      if (to === 0) report(id, -1, 'the entry block is a jump target');
      if (func.blocks[to]) return;
      fine = false;
      report(id, -1, `jump to block ${to}, which does not exist`);
    });
  }
  return fine;
}

function define(module: Module, func: Func, report: Report): Definitions {
  const block = new Int32Array(func.values.length).fill(-1);
  const index = new Int32Array(func.values.length).fill(-1);
  const add = (id: ValueId, at: BlockId, position: number): void => {
    if (!(id >= 0 && id < func.values.length)) {
      report(at, position, `value ${id} has no entry in the table of values`);
      return;
    }
    if (block[id] !== -1) report(at, position, `value ${id} is defined a second time`);
    const type = func.values[id];
    if (type !== undefined && type !== typeAt(module.level, type)) report(at, position, `value ${id} has type ${type} at machine level`);
    block[id] = at;
    index[id] = position;
  };
  for (const id of func.params) add(id, 0 as BlockId, -2);
  for (const [at, body] of eachBlock(func)) {
    for (const id of body.params) add(id, at, -2);
    body.insts.forEach((inst, position) => {
      if (inst.result !== -1) add(inst.result, at, position);
    });
  }
  return { block, index };
}

function checkDominance(func: Func, definitions: Definitions, report: Report): void {
  const dom = buildDominance(func);
  for (const [id, block] of eachBlock(func)) {
    const reachable = dom.cfg.position[id] !== -1;
    const use = (value: ValueId, index: number): void => {
      const at = definitions.block[value];
      if (at === undefined || at === -1) {
        report(id, index, `use of value ${value}, which nothing defines`);
        return;
      }
      if (!reachable) return;
      const position = definitions.index[value] as number;
      const before = at === id ? index === -1 || position < index : dominates(dom, at as BlockId, id);
      if (!before) report(id, index, `use of value ${value} is not dominated by its definition`);
    };
    block.insts.forEach((inst, index) => {
      for (const arg of inst.args) use(arg, index);
    });
    eachTermUse(block.term, (value) => use(value, -1));
  }
}

function checkTerm(module: Module, func: Func, term: Term, say: (message: string) => void): void {
  const expect = (value: ValueId, type: string, what: string): void => {
    if (func.values[value] !== type) say(`${what} is ${func.values[value]}, not ${type}`);
  };
  const edge = ({ block, args }: Edge): void => {
    const params = func.blocks[block]?.params ?? [];
    if (params.length !== args.length) say(`block ${block} takes ${params.length} arguments, not ${args.length}`);
    else params.forEach((param, k) => expect(args[k] as ValueId, func.values[param] as string, `argument ${k} of block ${block}`));
  };
  eachEdge(term, edge);
  switch (term.kind) {
    case 'branch':
      expect(term.cond, 'i32', 'the condition');
      return;
    case 'switch':
      expect(term.value, 'i32', 'the value of the switch');
      if (new Set(term.cases.map((c) => c.value)).size !== term.cases.length) say('two cases of the switch are equal');
      return;
    case 'return':
      if ((term.value === null) !== (func.result === null))
        say(func.result === null ? 'return of a value from a function without result' : `return without a value of type ${func.result}`);
      else if (term.value !== null && func.result !== null) expect(term.value, func.result, 'the returned value');
      return;
    case 'raise':
      expect(term.value, typeAt(module.level, 'ref'), 'the raised value');
      checkSite(module, term.site, say);
      return;
    case 'propagate':
      checkSite(module, term.site, say);
      return;
    case 'trap':
      if (term.reason < 0) say('the block has no terminator');
      return;
    default:
  }
}

function checkSite(module: Module, site: number, say: (message: string) => void): void {
  if (site !== -1 && !(site >= 0 && site < module.sites.length)) say(`site ${site} does not exist`);
}

function checkUnwind(func: Func, block: Block, inst: Inst, index: number, say: (message: string) => void): void {
  if (inst.op !== 'call' && inst.op !== 'call.indirect') return;
  const { unwind } = inst.imm as ImmOf<'call.indirect'>;
  if (unwind === 'catch' && !isTested(func, block, index + 1)) say('a call that catches is not followed by exc.pending');
}

const appendsTrace = (inst: Inst): boolean => inst.op === 'call' && (inst.imm as ImmOf<'call'>).func === runtimeName(TRACE_APPEND);

/** Whether what is pending is looked at by the next instruction with an effect, here or behind the jumps that follow. */
function isTested(func: Func, start: Block, from: number): boolean {
  let block = start;
  let at = from;
  for (let hops = 0; hops < 16; hops++) {
    for (; at < block.insts.length; at++) {
      const next = block.insts[at] as Inst;
      if (next.op === 'exc.pending' || next.op === 'exc.take' || appendsTrace(next)) return true;
      if (OPS[next.op].effects.length > 0 && !/^(root|frame)\./.test(next.op)) return false;
    }
    const { term } = block;
    if (term.kind !== 'jump') return term.kind === 'propagate' || term.kind === 'trap' || term.kind === 'raise';
    block = func.blocks[term.to.block] as Block;
    at = 0;
  }
  return false;
}
