/** Runs one WASM module in this process and says on stderr how long its code took; the process ends with the program's exit code. */
import { readFileSync } from 'node:fs';
import { compileScript, runScript } from '@molt/runtime';

const [, , path = ''] = process.argv;
const module = compileScript(readFileSync(path));
const start = performance.now();
process.exitCode = runScript(module, { args: [path] });
process.stderr.write(`@seconds ${((performance.now() - start) / 1000).toFixed(9)}\n`);
