/**
 * MIR as text. What is printed parses back to an equal module (see parse.ts), and printing renumbers: values and blocks are
 * dense in order of appearance whatever ids the passes left behind, so that two prints of one meaning compare equal.
 *
 *     func @total(v0 n: int) -> int {
 *     bb0:
 *       v1 = int.const 0
 *       jump bb1(v1, v1)
 *     bb1(v2 i: int, v3 s: int):
 *       v4 = int.lt v2, v0
 *       branch v4, bb2, bb3
 *
 * An instruction is: result, op, immediate, operands, site (`!3`). Results whose type does not follow from the op alone carry it.
 */
import type { BlockId, Edge, Func, Inst, Module, Term, ValueId } from '../ir.ts';
import { type ImmOf, OPS } from '../ops.ts';
import { eachBlock } from '../traverse.ts';
import { printItems } from './print-items.ts';
import { formatDouble, formatName } from './token-text.ts';

/** Prints a whole module. */
export function printModule(module: Module): string {
  const parts = [printItems(module)];
  for (const func of module.funcs.values()) parts.push(printFunc(func));
  return parts.join('\n');
}

/** Text forms of the ids of one function. */
interface Numbering {
  value(id: ValueId): string;
  block(id: BlockId): string;
}

/** A remark that is printed as a comment behind a line; `index` is the instruction, or -1 for the terminator. */
export interface Remark {
  readonly block: BlockId | -1;
  readonly index: number;
  readonly text: string;
}

/** Prints one function; remarks (verifier faults, say) appear below the lines they are about. */
export function printFunc(func: Func, remarks: readonly Remark[] = []): string {
  const numbers = numberFunc(func);
  const lines: string[] = [];
  const remark = (block: BlockId | -1, index: number): void => {
    for (const r of remarks) if (r.block === block && r.index === index) lines.push(`  ; ${r.text}`);
  };
  const params = func.params.map((id) => typedValue(func, id, numbers));
  lines.push(`func ${formatName(func.name)}(${params.join(', ')})${func.result === null ? '' : ` -> ${func.result}`}${attrsText(func)} {`);
  remark(-1, -1);
  for (const [id, block] of eachBlock(func)) {
    lines.push(
      `${numbers.block(id)}${block.params.length === 0 ? '' : `(${block.params.map((p) => typedValue(func, p, numbers)).join(', ')})`}:`,
    );
    remark(id, -2);
    block.insts.forEach((inst, index) => {
      lines.push(`  ${instText(func, inst, numbers)}`);
      remark(id, index);
    });
    lines.push(`  ${termText(block.term, numbers)}`);
    remark(id, -1);
  }
  lines.push('}', '');
  return lines.join('\n');
}

function numberFunc(func: Func): Numbering {
  const values = new Map<ValueId, string>();
  const define = (id: ValueId): void => {
    if (!values.has(id)) values.set(id, `v${values.size}`);
  };
  const blocks = new Map<BlockId, string>();
  func.params.forEach(define);
  for (const [id, block] of eachBlock(func)) {
    blocks.set(id, `bb${blocks.size}`);
    block.params.forEach(define);
    for (const inst of block.insts) if (inst.result !== -1) define(inst.result);
  }
  // Ids that nothing defines only occur in broken functions, which must print all the same.
  return { value: (id) => values.get(id) ?? `v?${id}`, block: (id) => blocks.get(id) ?? `bb?${id}` };
}

/** Hints that the lexer takes for something else are left out. */
const READABLE_HINT = /^(?!v\d+$|bb\d+$|inf$)[A-Za-z_]\w*$/;

const named = (func: Func, id: ValueId, numbers: Numbering): string => {
  const hint = func.names[id];
  return hint === undefined || !READABLE_HINT.test(hint) ? numbers.value(id) : `${numbers.value(id)} ${hint}`;
};

const typedValue = (func: Func, id: ValueId, numbers: Numbering): string => `${named(func, id, numbers)}: ${func.values[id]}`;

function attrsText(func: Func): string {
  const { inline, raises, collects, pure, frame, display } = func.attrs;
  const words: string[] = [];
  if (inline !== undefined) words.push(`inline=${inline}`);
  if (raises !== undefined) words.push(`raises=${raises}`);
  if (collects !== undefined) words.push(`collects=${collects}`);
  if (pure !== undefined) words.push(`pure=${pure}`);
  if (frame !== undefined) words.push(`frame=${frame}`);
  if (display !== undefined) words.push(`display=${JSON.stringify(display)}`);
  return words.length === 0 ? '' : ` [${words.join(' ')}]`;
}

function instText(func: Func, inst: Inst, numbers: Numbering): string {
  const row = OPS[inst.op];
  const fixed =
    row.result !== null && row.result !== 'T' && row.result !== 'same' && row.result !== 'sig' && row.result === func.values[inst.result];
  const left = inst.result === -1 ? '' : `${fixed ? named(func, inst.result, numbers) : typedValue(func, inst.result, numbers)} = `;
  const args = inst.args.map(numbers.value).join(', ');
  const imm = immText(inst);
  const words = [inst.op + (imm === '' ? '' : ` ${imm}`)];
  if (args !== '') words.push(args);
  if (inst.site >= 0) words.push(`!${inst.site}`);
  return left + words.join(' ');
}

function immText(inst: Inst): string {
  switch (OPS[inst.op].imm) {
    case 'none':
      return '';
    case 'int':
    case 'i32':
    case 'i64':
      return String((inst.imm as ImmOf<'int.const'> | ImmOf<'i32.const'>).value);
    case 'f64':
      return formatDouble((inst.imm as ImmOf<'f64.const'>).value);
    case 'name':
    case 'host':
      return formatName((inst.imm as ImmOf<'new'>).name);
    case 'mem': {
      const { type, offset, alias } = inst.imm as ImmOf<'load'>;
      return `${type}${offset < 0 ? '' : '+'}${offset}${alias === '' ? '' : ` ${formatName(alias)}`}`;
    }
    case 'field': {
      const { type, field } = inst.imm as ImmOf<'field.get'>;
      return `${formatName(type)} ${formatName(field)}`;
    }
    case 'call': {
      const { func, unwind } = inst.imm as ImmOf<'call'>;
      return `${formatName(func)} ${unwind}`;
    }
    case 'indirect': {
      const { params, result, unwind } = inst.imm as ImmOf<'call.indirect'>;
      return `(${params.join(', ')})${result === null ? '' : ` -> ${result}`} ${unwind}`;
    }
    case 'slot':
      return String((inst.imm as ImmOf<'root.set'>).slot);
  }
}

function termText(term: Term, numbers: Numbering): string {
  const edge = ({ block, args }: Edge): string =>
    numbers.block(block) + (args.length === 0 ? '' : `(${args.map(numbers.value).join(', ')})`);
  const site = (id: number): string => (id >= 0 ? ` !${id}` : '');
  switch (term.kind) {
    case 'jump':
      return `jump ${edge(term.to)}`;
    case 'branch': {
      const hint = term.likely === undefined ? '' : term.likely ? ' likely' : ' unlikely';
      return `branch ${numbers.value(term.cond)}, ${edge(term.then)}, ${edge(term.else)}${hint}`;
    }
    case 'switch':
      return `switch ${numbers.value(term.value)} [${term.cases.map((c) => `${c.value}: ${edge(c.to)}`).join(', ')}] else ${edge(term.default)}`;
    case 'return':
      return term.value === null ? 'return' : `return ${numbers.value(term.value)}`;
    case 'raise':
      return `raise ${numbers.value(term.value)}${site(term.site)}`;
    case 'propagate':
      return `propagate${site(term.site)}`;
    case 'trap':
      return `trap ${term.reason}`;
  }
}
