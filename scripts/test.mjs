/**
 * `npm test [filter...]`: sets up what is missing and runs the tests of all packages, then those of the Python client.
 *
 * Filters are passed to vitest (`npm test packages/mir`); with one, the Python tests run only when it names `clients`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}

const filters = process.argv.slice(2);
const python = join(ROOT, 'clients', 'python');
const hasPythonTests = existsSync(join(python, 'tests')) && readdirSync(join(python, 'tests')).some((file) => /^test_.*\.py$/.test(file));
const wantsPython = hasPythonTests && (filters.length === 0 || filters.some((filter) => filter.startsWith('clients')));
const wantsVitest = filters.length === 0 || filters.some((filter) => !filter.startsWith('clients'));
const env = { ...process.env, MOLT_PYTHON: process.env.MOLT_PYTHON ?? VENV_PYTHON };

let failed = false;
if (wantsVitest) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  failed = exitOf(process.execPath, [vitest, 'run', ...filters.filter((filter) => !filter.startsWith('clients'))], ROOT) !== 0;
}
if (wantsPython) {
  // The client's tests start workers through the command line of the checkout.
  env.PATH = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${env.PATH ?? ''}`;
  failed = exitOf(VENV_PYTHON, ['-m', 'pytest', '-q', 'tests'], python) !== 0 || failed;
}
process.exitCode = failed ? 1 : 0;

function exitOf(command, args, cwd) {
  return spawnSync(command, args, { cwd, env, stdio: 'inherit' }).status ?? 1;
}
