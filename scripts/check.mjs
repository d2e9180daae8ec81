/**
 * `npm run check [step...]`: everything that must hold before a change is merged, each step in one line with its time.
 *
 * Steps are records in the table below and run two at a time, the tests alone and last because some measure time. A failing step prints
 * its output; the rest still run. `--write-api` accepts the present API of the packages into `etc/`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, setup } from './setup.mjs';

const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const script = (name, ...args) => [bin('tsx'), [join('scripts', name), ...args]];

const STEPS = [
  { name: 'format', doc: 'format and lint (biome)', command: [bin('biome'), ['check', '--error-on-warnings', '.']] },
  { name: 'types', doc: 'types of everything (tsc)', command: [bin('tsc'), ['-p', '.']] },
  { name: 'browser', doc: 'the compile tower without Node (tsc)', command: [bin('tsc'), ['-p', 'tsconfig.browser.json']] },
  { name: 'layers', doc: 'imports against the layer table', command: script('layers.ts') },
  { name: 'sizes', doc: 'file lengths', command: script('file-sizes.ts') },
  { name: 'unused', doc: 'unused files, exports and dependencies (knip)', command: [bin('knip'), []] },
  { name: 'build', doc: 'build of every package (turbo, tsup)', command: [process.execPath, [join('scripts', 'build.mjs')]] },
  { name: 'api', doc: 'public API against etc/', command: script('api-report.ts'), after: 'build' },
  { name: 'packs', doc: 'packed packages: publint, attw, install and import elsewhere', command: script('pack-check.ts'), after: 'build' },
  {
    name: 'tests',
    doc: 'tests, and goldens clean',
    command: [process.execPath, [join('scripts', 'test.mjs')]],
    env: { MOLT_GOLDEN: '1' },
    alone: true,
  },
];

/** What the tests may rewrite: fixtures, golden vectors and frames, tables in pages. */
const GOLDEN = /\.case\.md$|(^|[\\/])golden[\\/].*\.json$|(^|[\\/])README\.md$/;

const wanted = process.argv.slice(2);
if (wanted.includes('--write-api')) {
  await prepare();
  const built = await runStep(stepOf('build'));
  const written = built && (await runStep({ ...stepOf('api'), command: script('api-report.ts', '--write') }));
  process.exit(written ? 0 : 1);
}
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no such step: ${unknown.join(', ')}; there are: ${STEPS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
await prepare();
const steps = STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const results = new Map();
await runAll(steps.filter(({ alone }) => !alone));
for (const step of steps.filter(({ alone }) => alone)) results.set(step.name, await runTests(step));

const failed = steps.filter(({ name }) => results.get(name) !== true);
process.stdout.write(
  failed.length === 0 ? `check: all ${steps.length} steps passed\n` : `check: failed: ${failed.map(({ name }) => name).join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function prepare() {
  await setup().catch((error) => {
    process.stderr.write(`setup: ${error.message}\n`);
    process.exit(1);
  });
}

/** Two workers take steps in order; a step waits for the one that it comes after, if that is run at all. */
async function runAll(queue) {
  const started = new Map();
  const waiting = [...queue];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const run = (async ({ name, after }) => {
        if (after !== undefined && started.has(after) && !(await started.get(after))) {
          process.stdout.write(`check: ${name}: not run, ${after} failed\n`);
          return false;
        }
        return runStep(STEPS.find((other) => other.name === name));
      })(step);
      started.set(step.name, run);
      results.set(step.name, await run);
    }
  };
  await Promise.all([worker(), worker()]);
}

/** The tests run in golden mode: whatever they rewrite was not clean. */
async function runTests(step) {
  const before = goldens();
  const passed = await runStep(step);
  const changed = [...goldens()].filter(([path, hash]) => before.get(path) !== hash).map(([path]) => path);
  if (changed.length === 0) return passed;
  process.stdout.write(`check: goldens are not clean; review and commit:\n${changed.map((path) => `  ${path}\n`).join('')}`);
  return false;
}

function goldens() {
  const found = new Map();
  for (const group of ['packages', 'apps']) {
    for (const path of readdirSync(join(ROOT, group), { recursive: true })) {
      if (!GOLDEN.test(path) || path.includes('node_modules')) continue;
      found.set(
        `${group}/${path}`,
        createHash('sha256')
          .update(readFileSync(join(ROOT, group, path)))
          .digest('hex'),
      );
    }
  }
  return found;
}

function stepOf(name) {
  return STEPS.find((step) => step.name === name);
}

function runStep({ name, doc, command: [file, args], env = {}, alone }) {
  const start = Date.now();
  return new Promise((resolve) => {
    const path = [join(ROOT, '.molt', 'tools', 'node_modules', '.bin'), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(
      delimiter,
    );
    const child = spawn(file, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: path, ...env },
      stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => (output += `${error.message}\n`));
    child.on('close', (code) => {
      const time = `${((Date.now() - start) / 1000).toFixed(1)} s`;
      process.stdout.write(`check: ${name.padEnd(8)} ${code === 0 ? 'ok    ' : 'FAILED'} ${time.padStart(7)}  ${doc}\n`);
      if (code !== 0) process.stdout.write(output.replace(/^/gm, '  | ').replace(/ {2}\| $/, ''));
      resolve(code === 0);
    });
  });
}
