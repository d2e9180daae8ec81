/**
 * `npm run chaos` and `npm run fuzz:workers`: the long modes of the Python client's fault tests, with their own options after `--`.
 *
 * The first argument names the script in clients/python/tests/faults; each explains itself with --help.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}
const [name, ...options] = process.argv.slice(2);
const folder = join(ROOT, 'clients', 'python');
const env = { ...process.env, PYTHONPATH: folder };
const { status } = spawnSync(VENV_PYTHON, [join(folder, 'tests', 'faults', `${name}.py`), ...options], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
