/** Numba: compiles the functions of the numeric programs while they run; the time is that of a second, warm run. */
import { join } from 'node:path';
import { command, succeeds } from '../command.ts';
import type { Engine } from '../engine.ts';

/** Numba, when the peers' Python has it. */
export const numba: Engine = {
  name: 'numba',
  title: 'Numba',
  missing: async ({ peerPython }) =>
    (await succeeds([peerPython, '-c', 'import numba'])) ? undefined : `${peerPython} has no module numba`,
  async prepare(program, _folder, { peerPython, probes }) {
    const argv = [peerPython, join(probes, 'timed_numba.py'), program.python];
    // It either compiles every function or fails, and only a run tells.
    await command(argv);
    return { argv, clock: 'reported' };
  },
};
