/**
 * `npm run fuzz:frames -- [--frames 1000000] [--seed N] [--only decoder|workers]`: damaged frames for everything that reads them.
 *
 * First the TypeScript client and server in one process, then both workers as processes (`npm run fuzz:workers` is that part alone). Exits with
 * 1 if anything crashed, hung, answered what it should not, or held more memory than it declared.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, setup } from './setup.mjs';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    only: { type: 'string' },
  },
});
await setup().catch((error) => {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
});
const { frames, seed, only } = values;
process.stdout.write(`fuzz:frames --frames ${frames} --seed ${seed}\n`);
const run = (args) => spawnSync(process.execPath, args, { stdio: 'inherit', cwd: ROOT }).status ?? 1;
let failed = 0;
if (only !== 'workers') {
  failed |= run(['--import', 'tsx', '--conditions=@molt/source', join('scripts', 'fuzz-decoder.ts'), frames, seed]);
}
if (only !== 'decoder') {
  failed |= run([join('scripts', 'long-run.mjs'), 'fuzz_frames', '--frames', frames, '--seed', seed, '--kind', 'both']);
}
process.exitCode = failed === 0 ? 0 : 1;
