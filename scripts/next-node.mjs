/**
 * Runs the tests that need no C compiler on Node 24, which comes as an npm package. Where it cannot be fetched, says so and ends with 0.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

const MAJOR = '24';
/** Packages whose tests start C compilers or whole services: their Node parts are covered by the others. */
const LEFT_OUT = ['packages/codegen-native', 'packages/core', 'apps/cli'];

const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const folder = join(ROOT, '.molt', `node${MAJOR}`);
const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

await setup();
if (!existsSync(node)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${MAJOR}`,
  ];
  const fetched = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: folder, stdio: 'inherit' });
  if (fetched.status !== 0 || !existsSync(node)) {
    process.stdout.write(`node ${MAJOR}: skipped, the package ${name}@${MAJOR} could not be fetched\n`);
    process.exit(0);
  }
}
const folders = readdirSync(join(ROOT, 'packages'))
  .map((entry) => `packages/${entry}`)
  .filter((path) => !LEFT_OUT.includes(path) && existsSync(join(ROOT, path, 'test')));
process.stdout.write(
  `node ${MAJOR}: ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}, without ${LEFT_OUT.join(', ')}\n`,
);
const { status } = spawnSync(node, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...folders.map((path) => `${path}/`)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, MOLT_PYTHON: process.env.MOLT_PYTHON ?? VENV_PYTHON },
});
process.exitCode = status ?? 1;
