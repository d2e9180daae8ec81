/** Runs one WASM module in this process and says on stderr how long its code took, by the clock and of the CPU; the process ends with the program's exit code. */
import { readFileSync } from 'node:fs';
import { compileScript, runScript } from '@molt/runtime';

const [, , path = ''] = process.argv;
const module = compileScript(readFileSync(path));
const start = performance.now();
const cpuStart = process.cpuUsage();
process.exitCode = runScript(module, { args: [path] });
const cpu = process.cpuUsage(cpuStart);
process.stderr.write(`@cpu ${((cpu.user + cpu.system) / 1e6).toFixed(6)}\n`);
process.stderr.write(`@seconds ${((performance.now() - start) / 1000).toFixed(9)}\n`);
