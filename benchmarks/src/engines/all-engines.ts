/** Every engine the harness knows, in the order of the report. */
import type { Engine } from '../engine.ts';
import { c } from './c-compiler.ts';
import { codon } from './codon.ts';
import { cpython, pypy } from './cpython.ts';
import { cython, mypyc } from './extension-module.ts';
import { moltNative, moltWasm } from './molt.ts';
import { numba } from './numba.ts';

/** Engines by name. CPython is the first: the others are compared with it. */
export const ENGINES: readonly Engine[] = [cpython, moltWasm, moltNative, c, pypy, mypyc, cython, numba, codon];
