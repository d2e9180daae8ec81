/**
 * The runtime functions that compiled code calls by name, and which op needs which.
 *
 * Language ops call these on their slow paths once they are legalised, so reachability and effects must count the calls before that.
 */
import type { Term } from '../ir.ts';
import type { OpName } from '../ops.ts';

/** MIR name of a runtime function. */
export const runtimeName = (name: string): string => `rt.${name}`;

/** Runtime functions that an op may call, without the prefix. */
export const RUNTIME_CALLS: { readonly [K in OpName]?: string } = {
  'int.add': 'int_add',
  'int.sub': 'int_sub',
  'int.mul': 'int_mul',
  'int.floordiv': 'int_floordiv',
  'int.mod': 'int_mod',
  'int.and': 'int_and',
  'int.or': 'int_or',
  'int.xor': 'int_xor',
  'int.shl': 'int_shl',
  'int.shr': 'int_shr',
  'int.neg': 'int_neg',
  'int.eq': 'int_cmp',
  'int.ne': 'int_cmp',
  'int.lt': 'int_cmp',
  'int.le': 'int_cmp',
  'int.gt': 'int_cmp',
  'int.ge': 'int_cmp',
  'val.from_f64': 'box_float',
  new: 'alloc',
  'new.buffer': 'alloc',
  'list.get': 'raise_index_error',
  'list.set': 'raise_index_error',
  'frozen.check': 'raise_frozen',
};

/** The function that leaving with an exception calls when the terminator (or call) has a site. */
export const TRACE_APPEND = 'trace_append';

/** The function that a call too deep calls. */
export const RAISE_RECURSION = 'raise_recursion';

/** Whether a terminator appends to the traceback. */
export function appendsTrace(term: Term): boolean {
  return (term.kind === 'raise' || term.kind === 'propagate') && term.site >= 0;
}
