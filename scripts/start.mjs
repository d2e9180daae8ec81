/**
 * `npm start`: sets up what is missing and runs Molt's main job, the flights service, end to end.
 *
 * Builds `examples/flights`, starts its workers, sends real records through every road, checks that all answers are equal and prints a table.
 */
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
const { main } = await importSource(join(ROOT, 'examples', 'flights', 'main.ts'));
process.exitCode = (await main(process.argv.slice(2))) ?? 0;
