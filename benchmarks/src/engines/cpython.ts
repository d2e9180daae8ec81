/** CPython, the reference, and PyPy: both run the source as it is and report the time of the program's code. */
import { join } from 'node:path';
import { succeeds } from '../command.ts';
import type { Engine } from '../engine.ts';

/** The reference every ratio is against. */
export const cpython: Engine = {
  name: 'cpython',
  title: 'CPython',
  missing: async ({ python }) => ((await succeeds([python, '-c', 'pass'])) ? undefined : `${python} does not run`),
  prepare: async (program, _folder, { python, probes }) => ({
    argv: [python, join(probes, 'timed.py'), program.python],
    clock: 'reported',
  }),
};

/** PyPy, when `pypy3` is on the path. */
export const pypy: Engine = {
  name: 'pypy',
  title: 'PyPy',
  missing: async () => ((await succeeds(['pypy3', '-c', 'pass'])) ? undefined : 'pypy3 is not installed'),
  prepare: async (program, _folder, { probes }) => ({ argv: ['pypy3', join(probes, 'timed.py'), program.python], clock: 'reported' }),
};
