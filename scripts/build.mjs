/** `npm run build`: `dist` of every package in the order of their dependencies. Not needed to develop; only for packing. */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT, setup } from './setup.mjs';

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}
// turbo starts the package manager by its name.
const path = [join(ROOT, '.molt', 'tools', 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const { status } = spawnSync(
  join(ROOT, 'node_modules', '.bin', 'turbo'),
  ['run', 'build', '--output-logs=errors-only', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  },
);
process.exitCode = status ?? 1;
