/**
 * What passes ask about an op again and again, looked up instead of computed: the parts of its name and its effects as booleans.
 */
import { OPS, type OpName } from './ops.ts';

/** Facts of one op. `int.add` has type `int` and name `add`; ops without a dot have an empty type. */
export interface OpFacts {
  readonly type: string;
  readonly name: string;
  readonly raises: boolean;
  readonly collects: boolean;
  readonly writes: boolean;
  readonly reads: boolean;
  /** No effect at all. */
  readonly pure: boolean;
  /** No effect but that it may collect, as arithmetic on ints. */
  readonly plain: boolean;
}

function factsOf(op: OpName): OpFacts {
  const dot = op.indexOf('.');
  const effects: readonly string[] = OPS[op].effects;
  return {
    type: dot === -1 ? '' : op.slice(0, dot),
    name: op.slice(dot + 1),
    raises: effects.includes('raises'),
    collects: effects.includes('collects'),
    writes: effects.includes('writes'),
    reads: effects.includes('reads'),
    pure: effects.length === 0,
    plain: effects.every((effect) => effect === 'collects'),
  };
}

/** Facts by op. */
export const OP_FACTS = Object.fromEntries(Object.keys(OPS).map((op) => [op, factsOf(op as OpName)])) as Readonly<Record<OpName, OpFacts>>;
