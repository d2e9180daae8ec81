/** `npm run chaos -- [--cycles 2000] [--kind native|node|both] [--seed N] [--json]`: kills workers and clients; see the script's own text. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}
const script = join(ROOT, 'clients', 'python', 'tests', 'faults', 'chaos.py');
const { status } = spawnSync(VENV_PYTHON, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
