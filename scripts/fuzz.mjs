/**
 * `npm run fuzz [filter...] [--times=50] [--seed=N]`: the properties and generated programs of the tests, many times over from a fresh seed.
 *
 * A finding is replayed with the printed seed, then made small and kept as a test.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

const options = { times: '50', seed: String(randomInt(2 ** 31)) };
const filters = [];
for (const argument of process.argv.slice(2)) {
  const match = /^--(times|seed)=(\d+)$/.exec(argument);
  if (match !== null) options[match[1]] = match[2];
  else if (argument.startsWith('-')) {
    process.stderr.write(`fuzz: expected --times=N, --seed=N or a filter, got ${argument}\n`);
    process.exit(2);
  } else filters.push(argument);
}

await setup().catch((error) => {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
});
const replay = `npm run fuzz -- --times=${options.times} --seed=${options.seed} ${filters.join(' ')}`.trimEnd();
process.stdout.write(`fuzz: ${replay}\n`);
const { status } = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--testTimeout=3600000', ...filters],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      MOLT_FUZZ: options.times,
      MOLT_FUZZ_SEED: options.seed,
      MOLT_PYTHON: process.env.MOLT_PYTHON ?? VENV_PYTHON,
    },
  },
);
if (status !== 0) process.stdout.write(`fuzz: replay with: ${replay}\n`);
process.exitCode = status ?? 1;
