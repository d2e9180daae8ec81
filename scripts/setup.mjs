/**
 * Makes a fresh checkout ready: pnpm, the packages of the lockfile, and a Python environment.
 *
 * Runs before anything is installed, so it uses nothing but Node. Each part is keyed by a hash of what it is made from and is left alone
 * while that holds: the second run takes milliseconds. Everything it makes lies in `node_modules`, `.molt` and `.venv`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const PNPM_VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager.split('@')[1];
const TOOLS = join(ROOT, '.molt', 'tools');
const PNPM = join(TOOLS, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
const VENV = join(ROOT, '.venv');
const WINDOWS = process.platform === 'win32';

/** The Python of the environment, whether or not it has been made. */
export const VENV_PYTHON = WINDOWS ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python');

/** Does what is missing; throws an Error with what to do when it cannot. */
export async function setup() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Molt needs Node 20 or newer, this is ${process.versions.node}`);
  const start = Date.now();
  const results = await Promise.allSettled([installPackages(), makePythonEnvironment()]);
  const failed = results.filter(({ status }) => status === 'rejected');
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => reason.message).join('\n'));
  say(`ready after ${seconds(start)}`);
}

async function installPackages() {
  const manifests = ['packages', 'apps', 'examples', 'benchmarks'].flatMap((folder) => manifestsBelow(join(ROOT, folder)));
  const key = hashOf(
    [join(ROOT, 'pnpm-lock.yaml'), join(ROOT, 'pnpm-workspace.yaml'), join(ROOT, 'package.json'), ...manifests],
    process.version,
  );
  const stamp = join(ROOT, 'node_modules', '.molt-setup');
  if (readIf(stamp) === key && existsSync(join(ROOT, 'node_modules', '.modules.yaml'))) return;
  if (readIf(join(TOOLS, 'version')) !== PNPM_VERSION || !existsSync(PNPM)) {
    const start = Date.now();
    mkdirSync(TOOLS, { recursive: true });
    writeFileSync(join(TOOLS, 'package.json'), '{ "private": true }\n');
    const args = [
      'install',
      '--prefix',
      TOOLS,
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `pnpm@${PNPM_VERSION}`,
    ];
    await withRetry(
      () => run(WINDOWS ? 'npm.cmd' : 'npm', args, { cwd: TOOLS, shell: WINDOWS }),
      `pnpm ${PNPM_VERSION} could not be installed by npm`,
    );
    writeFileSync(join(TOOLS, 'version'), PNPM_VERSION);
    say(`installed pnpm ${PNPM_VERSION} (${seconds(start)})`);
  }
  const start = Date.now();
  const args = [PNPM, 'install', '--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false'];
  await withRetry(() => run(process.execPath, args), 'the packages of the lockfile could not be installed');
  writeFileSync(stamp, key);
  say(`installed the packages of pnpm-lock.yaml (${seconds(start)})`);
}

async function makePythonEnvironment() {
  const requirements = join(ROOT, 'requirements-dev.txt');
  const stamp = join(VENV, '.molt-setup');
  const client = join(ROOT, 'clients', 'python');
  const key = hashOf([requirements], ROOT);
  if (readIf(stamp) === key && existsSync(VENV_PYTHON)) return;
  const start = Date.now();
  const python = await findPython();
  rmSync(VENV, { recursive: true, force: true });
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements];
  try {
    await run(python, ['-m', 'venv', VENV]);
    await withRetry(() => run(VENV_PYTHON, ['-m', 'pip', ...pip]), 'the Python packages of requirements-dev.txt could not be installed');
  } catch (error) {
    // Some distributions split ensurepip off; their own pip can still fill an environment that has none.
    if (existsSync(VENV_PYTHON) && (await succeeds(VENV_PYTHON, ['-m', 'pip', '--version']))) throw error;
    rmSync(VENV, { recursive: true, force: true });
    await run(python, ['-m', 'venv', '--without-pip', VENV]).catch(() => refuseVenv(python));
    if (!(await succeeds(python, ['-m', 'pip', '--version']))) refuseVenv(python);
    await withRetry(
      () => run(python, ['-m', 'pip', '--python', VENV_PYTHON, ...pip]),
      'the Python packages of requirements-dev.txt could not be installed',
    );
  }
  const { stdout } = await run(VENV_PYTHON, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
  // The client is used from its sources, without a build.
  writeFileSync(join(stdout.trim(), 'molt-sources.pth'), `${client}\n`);
  writeFileSync(stamp, key);
  say(`made .venv with the packages of requirements-dev.txt (${seconds(start)})`);
}

function refuseVenv(python) {
  throw new Error(`${python} cannot make virtual environments: install its venv and ensurepip modules (Debian: apt install python3-venv)`);
}

async function findPython() {
  for (const command of ['python3', 'python']) {
    if (await succeeds(command, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'])) return command;
  }
  throw new Error('Molt needs Python 3.10 or newer as python3 on the PATH');
}

async function succeeds(command, args) {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

/** Runs a command quietly; its output is shown only when it fails. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: process.env.CI ?? 'true' },
      ...options,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ stdout, stderr });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`));
    });
  });
}

/** Registries fail now and then: three attempts, then the last reason. */
async function withRetry(action, what) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      // A lockfile that does not fit will not fit the next time either.
      if (attempt === 3 || error.message.includes('ERR_PNPM_OUTDATED_LOCKFILE')) throw new Error(`${what}:\n${error.message}`);
      say(`${what}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, 2000 * attempt));
    }
  }
}

function manifestsBelow(folder) {
  if (!existsSync(folder)) return [];
  const direct = join(folder, 'package.json');
  return [
    ...(existsSync(direct) ? [direct] : []),
    ...readdirSync(folder)
      .sort()
      .map((name) => join(folder, name, 'package.json'))
      .filter(existsSync),
  ];
}

function hashOf(paths, ...more) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.update(more.join('\0')).digest('hex');
}

function readIf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup().catch((error) => {
    process.stderr.write(`setup: ${error.message}\n`);
    process.exit(1);
  });
}
