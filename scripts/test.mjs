/**
 * `npm test [filter...]`: sets up what is missing and runs the tests of all packages, then the Python ones: those of the client, and those
 * of each demo in `examples/`.
 *
 * Filters are passed to vitest (`npm test packages/mir`); with one, the Python tests run only where it names `clients` or a demo.
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
const suites = [join('clients', 'python'), ...examplesWithTests()];
const ofPython = (filter) => suites.some((suite) => `${suite}/`.startsWith(filter) || filter.startsWith(suite));
const wanted = suites.filter(
  (suite) => filters.length === 0 || filters.some((filter) => `${suite}/`.startsWith(filter) || filter.startsWith(suite)),
);
const ofVitest = filters.filter((filter) => !ofPython(filter) || filter === 'examples' || filter === 'examples/');
const env = { ...process.env, MOLT_PYTHON: process.env.MOLT_PYTHON ?? VENV_PYTHON };

let failed = false;
if (filters.length === 0 || ofVitest.length > 0) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  failed = exitOf(process.execPath, [vitest, 'run', ...ofVitest], ROOT) !== 0;
}
// Python tests start workers through the command line of the checkout.
env.PATH = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${env.PATH ?? ''}`;
for (const suite of wanted) failed = exitOf(VENV_PYTHON, ['-m', 'pytest', '-q', '-rs', 'tests'], join(ROOT, suite)) !== 0 || failed;
process.exitCode = failed ? 1 : 0;

/** Folders in examples/ with tests of their own in Python. */
function examplesWithTests() {
  const hasTests = (folder) => existsSync(folder) && readdirSync(folder).some((file) => /^test_.*\.py$/.test(file));
  return readdirSync(join(ROOT, 'examples'))
    .sort()
    .filter((name) => hasTests(join(ROOT, 'examples', name, 'tests')))
    .map((name) => join('examples', name));
}

function exitOf(command, args, cwd) {
  return spawnSync(command, args, { cwd, env, stdio: 'inherit' }).status ?? 1;
}
