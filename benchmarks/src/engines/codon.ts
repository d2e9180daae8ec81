/** Codon: compiles a Python-like language ahead of time; programs that it reads differently fail the comparison of output. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { command, succeeds } from '../command.ts';
import type { Engine } from '../engine.ts';

/** Codon, when `codon` is on the path. */
export const codon: Engine = {
  name: 'codon',
  title: 'Codon',
  missing: async () => ((await succeeds(['codon', '--version'])) ? undefined : 'codon is not installed'),
  async prepare(program, folder) {
    const output = join(folder, program.name);
    await command(['codon', 'build', '-release', '-o', output, program.python]);
    return { argv: [output], clock: 'process', artifactBytes: statSync(output).size };
  },
};
