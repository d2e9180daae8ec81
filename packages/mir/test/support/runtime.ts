/**
 * A small runtime for tests: the functions that compiled code calls by name, declared in MIR text and done in TypeScript.
 */
import { CELL, FLOAT, TYPE_ID } from '@molt/abi';
import type { HostFunction, InterpreterHost, LinearMemory, Scalar } from '../../src/index.ts';
import { INT_ARITHMETIC } from '../../src/int-arithmetic.ts';
import { readInt, writeInt } from '../../src/interp/int-objects.ts';

const binary = ['add', 'sub', 'mul', 'floordiv', 'mod', 'and', 'or', 'xor', 'shl', 'shr'];

/** Declarations; bodies are replaced by RUNTIME. */
export const RUNTIME_TEXT = [
  'func @rt.alloc(v0: i32, v1: i32) -> ref {\nbb0:\n  trap 1\n}',
  ...binary.map((name) => `func @rt.int_${name}(v0: int, v1: int) -> int {\nbb0:\n  trap 1\n}`),
  'func @rt.int_neg(v0: int) -> int {\nbb0:\n  trap 1\n}',
  'func @rt.int_cmp(v0: int, v1: int) -> i32 {\nbb0:\n  trap 1\n}',
  'func @rt.box_float(v0: f64) -> ref {\nbb0:\n  trap 1\n}',
  'func @rt.raise_index_error(v0: i32, v1: int) {\nbb0:\n  propagate\n}',
  'func @rt.raise_frozen(v0: ref) {\nbb0:\n  propagate\n}',
  'func @rt.raise_recursion() {\nbb0:\n  propagate\n}',
  'func @rt.trace_append(v0: i32) {\nbb0:\n  return\n}',
].join('\n');

/** Bump allocation that grows memory; never collects. */
export function bump(memory: LinearMemory, size: number, typeId: number): number {
  const at = memory.u32(CELL.heapPtr);
  const end = at + ((size + 7) & ~7);
  while (end > memory.bytes.length) memory.grow(1);
  memory.setU32(CELL.heapPtr, end);
  memory.setU32(at, typeId);
  return at;
}

const raise =
  (ref: number): HostFunction =>
  (memory) =>
    memory.setU32(CELL.excPending, ref);

/** What was appended to the traceback. */
export function testHost(trace: number[] = []): InterpreterHost {
  const functions: Record<string, HostFunction> = {
    'rt.alloc': (memory, size, typeId) => bump(memory, size as number, typeId as number),
    'rt.int_neg': (memory, a) => writeInt(memory, -readInt(memory, a as bigint), (size, id) => bump(memory, size, id)),
    'rt.int_cmp': (memory, a, b) => {
      const [x, y] = [readInt(memory, a as bigint), readInt(memory, b as bigint)];
      return x < y ? -1 : x > y ? 1 : 0;
    },
    'rt.box_float': (memory, x) => {
      const at = bump(memory, 16, TYPE_ID.float);
      memory.view.setFloat64(at + FLOAT.value, x as number, true);
      return at;
    },
    'rt.raise_index_error': raise(8),
    'rt.raise_frozen': raise(16),
    'rt.raise_recursion': raise(24),
    'rt.trace_append': (_memory, site) => void trace.push(site as number),
  };
  for (const name of binary) {
    functions[`rt.int_${name}`] = (memory: LinearMemory, a: Scalar, b: Scalar) =>
      writeInt(
        memory,
        (INT_ARITHMETIC[`int.${name}`] as (x: bigint, y: bigint) => bigint)(readInt(memory, a as bigint), readInt(memory, b as bigint)),
        (size, id) => bump(memory, size, id),
      );
  }
  return { functions, maxSteps: 5_000_000 };
}
