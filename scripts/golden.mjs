/** `npm run golden [filter...]`: runs the tests and rewrites expectation blocks of `.case.md` files; names each file that changed. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, [new URL('./test.mjs', import.meta.url).pathname, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, MOLT_GOLDEN: '1' },
});
process.exitCode = status ?? 1;
