/** `molt init`: what it makes is set up, built, started and asked as its first page says; and what it refuses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler } from '@molt/codegen-native/driver';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { bundleTemplates, PROJECT_TEMPLATES, templateFiles } from '../src/project-templates.ts';
import { Desk } from './molt.ts';

vi.setConfig({ testTimeout: 240_000 });

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PYTHON = process.env.MOLT_PYTHON ?? join(ROOT, '.venv', 'bin', 'python');
const desk = new Desk();
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) killGroup(child);
  desk.remove();
});

const hasCompiler = await findCompiler().then(
  () => true,
  () => false,
);
const hasPython = existsSync(PYTHON);

/** The steps that `molt init` printed. */
function stepsOf(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Runs a line in bash as a user types it, with the tests' Python in place of a new environment. */
function shell(line: string, cwd: string): { readonly child: ChildProcess; readonly done: Promise<{ code: number | null; text: string }> } {
  const env = {
    ...process.env,
    PATH: [dirname(PYTHON), dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_offline: 'true',
  };
  const child = spawn('bash', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  return { child, done: new Promise((resolve) => child.on('exit', (code) => setTimeout(() => resolve({ code, text }), 50))) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function ask(url: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(url);
      const body = await response.text();
      if (response.status === 503 && attempt < 100) throw new Error('the worker is not there yet');
      expect(response.status, body).toBe(200);
      return body;
    } catch (error) {
      if (attempt >= 200 || (error as Error).name === 'AssertionError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Makes a project and takes all its steps but the last; gives that one. */
async function made(template: string, folder: string): Promise<{ readonly cwd: string; readonly last: string }> {
  const { stdout, stderr, exit } = await desk.molt(['init', template, folder]);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  const cwd = join(desk.folder, folder);
  const [cd, ...steps] = stepsOf(stdout);
  expect(cd).toBe(`cd ${folder}`);
  expect(steps.slice(0, 3)).toEqual(['npm install', 'python3 -m venv .venv && . .venv/bin/activate', 'pip install -r requirements.txt']);
  for (const step of ['npm install --no-audit --no-fund', ...steps.slice(3, -1)]) {
    const { code, text } = await shell(step, cwd).done;
    expect(code, `${step}\n${text}`).toBe(0);
  }
  return { cwd, last: steps.at(-1) as string };
}

describe.skipIf(!hasCompiler || !hasPython)('projects work as their steps say', () => {
  it.each([
    ['demo-django-offload', 'python manage.py runserver'],
    ['demo-fastapi-offload', 'uvicorn main:app'],
  ])('%s', async (template, server) => {
    const { cwd, last } = await made(template, template);
    expect(last).toBe(`./molt_worker & ${server}`);
    const port = await freePort();
    const { child } = shell(`${last} ${server.startsWith('uvicorn') ? '--port ' : ''}${port}`, cwd);
    const [baseline, offload] = [
      await ask(`http://127.0.0.1:${port}/risk/baseline?origin=ORD&resamples=50`),
      await ask(`http://127.0.0.1:${port}/risk/offload?origin=ORD&resamples=50`),
    ];
    expect(offload).toBe(baseline);
    expect(JSON.parse(offload)).toMatchObject({ origin: 'ORD', flights: 300 });
    killGroup(child);
  });

  it('service', async () => {
    const { cwd, last } = await made('service', 'orders');
    const { child, done } = shell(last, cwd);
    const { code, text } = await done;
    killGroup(child);
    expect(code, text).toBe(0);
    expect(text).toContain('Total(items=3, net=2190, tax=438, gross=2628)');
    expect(text).toContain('refused: tea: counts and prices are not negative');
    const tests = await shell('python -m pytest -q tests', cwd).done;
    expect(tests.code, tests.text).toBe(0);
  });

  it('library', async () => {
    const { cwd, last } = await made('library', 'texts');
    const { code, text } = await shell(last, cwd).done;
    expect({ code, text }).toEqual({ code: 0, text: '3\n' });
    const tests = await shell('python -m pytest -q tests', cwd).done;
    expect(tests.code, tests.text).toBe(0);
  });
});

describe('what is made', () => {
  it('are ordinary files that name this command and its client, and keep their permissions', async () => {
    await desk.molt(['init', 'demo-fastapi-offload', 'plain files']);
    const folder = join(desk.folder, 'plain files');
    expect(lstatSync(join(folder, 'delay_risk.py')).isSymbolicLink()).toBe(false);
    expect(statSync(join(folder, 'bench', 'run_local.sh')).mode & 0o111).not.toBe(0);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toContain('node_modules/\n');
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).devDependencies.molt).toMatch(/^(file:|\d)/);
    expect(readFileSync(join(folder, 'requirements.txt'), 'utf8')).toMatch(/^molt-accel( @ file:|==)/m);
    expect(existsSync(join(folder, 'tests'))).toBe(false);
  });

  it('quotes folders in its steps where a shell needs it', async () => {
    const { stdout } = await desk.molt(['init', 'service', "it's here"]);
    expect(stepsOf(stdout)[0]).toBe("cd 'it'\\''s here'");
  });

  it('may be an empty folder that is there', async () => {
    mkdirSync(join(desk.folder, 'empty'));
    expect((await desk.molt(['init', 'library', 'empty'])).exit).toBe(0);
    expect(existsSync(join(desk.folder, 'empty', 'textstats', '__init__.py'))).toBe(true);
  });

  it('comes into packages without links and without what running left behind', () => {
    const folder = join(desk.folder, 'templates');
    bundleTemplates(join(ROOT, 'examples'), folder);
    for (const template of PROJECT_TEMPLATES) {
      const bundled = templateFiles(join(folder, template.name), template);
      expect(bundled).toEqual(templateFiles(join(ROOT, 'examples', template.name), template));
      expect(bundled).toContain('README.md');
      expect(bundled.filter((path) => /db\.sqlite3|molt\.sock|__pycache__|^dist|^tests\/.*demo/.test(path))).toEqual([]);
    }
  });
});

describe('what is refused', () => {
  it('a folder with something in it is left as it is', async () => {
    desk.file('full/mine.txt', 'mine');
    const { stdout, stderr, exit } = await desk.molt(['init', 'service', 'full']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain('full has mine.txt in it');
    expect(readdirSync(join(desk.folder, 'full'))).toEqual(['mine.txt']);
  });

  it('a file is no folder', async () => {
    writeFileSync(join(desk.folder, 'file'), '');
    const { stderr, exit } = await desk.molt(['init', 'service', 'file']);
    expect(exit).toBe(1);
    expect(stderr).toContain('file is a file');
  });

  it('unknown templates are told with those that there are', async () => {
    const { stderr, exit } = await desk.molt(['init', 'srvice', 'x']);
    expect(exit).toBe(2);
    expect(stderr).toContain('demo-django-offload, demo-fastapi-offload, service, library');
    expect(existsSync(join(desk.folder, 'x'))).toBe(false);
  });
});
