/** `npm run bench:service [options]`: sets up what is missing and measures the bars of the service path; see benchmarks/README.md. */
import { join } from 'node:path';
import { ROOT, setup, VENV_PYTHON } from './setup.mjs';

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}
const { importSource } = await import('./bundle.mjs');
process.env.MOLT_PYTHON ??= VENV_PYTHON;
const { main } = await importSource(join(ROOT, 'benchmarks', 'service', 'main.ts'));
process.exitCode = (await main(process.argv.slice(2))) ?? 0;
