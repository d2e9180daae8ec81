/** Help, explanations, and the commands that look into the compiler and the machine. */
import { PIPELINE } from '@molt/mir';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Desk } from './molt.ts';

vi.setConfig({ testTimeout: 240_000 });

const desk = new Desk();
afterAll(() => desk.remove());

const COMMANDS = ['init', 'run', 'build', 'check', 'call', 'worker', 'compile', 'passes', 'explain', 'doctor'];

describe('help', () => {
  it('names every command', async () => {
    const { stdout, exit } = await desk.molt(['--help']);
    expect(exit).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(COMMANDS)('of %s has an example and the exit codes', async (command) => {
    const { stdout, exit } = await desk.molt([command, '--help']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  molt ${command}`));
    expect(stdout).toContain('Exit codes:');
  });

  it('is offered for a wrong command line, which exits with 2', async () => {
    const unknown = await desk.molt(['rum', 'x.py']);
    expect(unknown.exit).toBe(2);
    expect(unknown.stderr).toContain('Did you mean run?');
    const missing = await desk.molt(['build', 'x.py']);
    expect(missing.exit).toBe(2);
    expect(missing.stderr).toContain('--out <dir>');
  });

  it('prints the version', async () => {
    expect((await desk.molt(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('molt explain', () => {
  it('explains a code, however it is written', async () => {
    for (const code of ['MOLT0001', 'molt0001', '0001'])
      expect((await desk.molt(['explain', code])).stdout).toContain('MOLT0001 file-not-found');
  });

  it('lists all codes', async () => {
    expect((await desk.molt(['explain'])).stdout.split('\n').length).toBeGreaterThan(20);
  });

  it('refuses a code that does not exist', async () => {
    const { stderr, exit } = await desk.molt(['explain', 'MOLT0000']);
    expect(exit).toBe(1);
    expect(stderr).toContain("error MOLT0016: there is no code 'MOLT0000'");
  });
});

describe('molt passes', () => {
  it('lists the pipeline', async () => {
    const { stdout } = await desk.molt(['passes', '--json']);
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(PIPELINE.map(({ name }) => name));
    expect((await desk.molt(['passes'])).stdout).toContain('legalise');
  });
});

describe('molt compile', () => {
  const source = 'def twice(n: int) -> int:\n    return n + n\n\n\nprint(twice(21))\n';

  it('prints stages', async () => {
    desk.file('x.py', source);
    const { stdout, exit } = await desk.molt(['compile', 'x.py', '--emit', 'mir,c', '--opt', '0']);
    expect(exit).toBe(0);
    expect(stdout).toContain('func @__main__.twice(');
    expect(stdout).toContain('#include "module.h"');
  });

  it('dumps MIR after a pass', async () => {
    desk.file('x.py', source);
    const { stdout } = await desk.molt(['compile', 'x.py', '--opt', '0', '--dump', 'after:recursion', '--func', 'twice']);
    expect(stdout).toMatch(/^func @__main__\.twice\(/);
    expect(stdout).toContain('int.add');
  });

  it('measures steps and passes', async () => {
    desk.file('x.py', source);
    const { stderr, stdout } = await desk.molt(['compile', 'x.py', '--time-passes', '--verify-each']);
    expect(stderr).toMatch(/front end\s+\d+\.\d\d ms/);
    expect(stderr).toMatch(/ {2}pass legalise\s+\d+\.\d\d ms/);
    expect(stdout).toContain('bytes of WebAssembly');
  });

  it('refuses passes, stages and functions that do not exist', async () => {
    desk.file('x.py', source);
    const pass = await desk.molt(['compile', 'x.py', '--disable-pass', 'inlin']);
    expect(pass.exit).toBe(1);
    expect(pass.stderr).toContain("error MOLT0004: there is no pass named 'inlin'");
    expect((await desk.molt(['compile', 'x.py', '--emit', 'llvm'])).exit).toBe(2);
    expect((await desk.molt(['compile', 'x.py', '--dump', 'after:nothing'])).exit).toBe(2);
    const func = await desk.molt(['compile', 'x.py', '--opt', '0', '--dump', 'after:dce', '--func', 'zzz']);
    expect(func.stderr).toContain('MOLT0017');
  });
});

describe('molt doctor', () => {
  it('finds this machine in order, as text and as JSON', async () => {
    const { stdout, exit } = await desk.molt(['doctor', '--json']);
    expect(exit).toBe(0);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly what: string; readonly state: string }[] };
    expect(findings.map(({ what }) => what)).toEqual(['Node', 'WebAssembly', 'C compiler', 'Python', 'cache folder']);
    expect(findings.find(({ what }) => what === 'WebAssembly')?.state).toBe('good');
  });

  it('does not fail for want of a C compiler', async () => {
    const { stdout, exit } = await desk.molt(['doctor'], { env: { MOLT_CC: '/nowhere/cc' } });
    expect(exit).toBe(0);
    expect(stdout).toContain('missing C compiler');
  });
});

describe('colours', () => {
  it('are used when they are forced, and never with NO_COLOR', async () => {
    desk.file('bad.py', 'def f(:\n');
    const ansi = '\u001b[';
    expect((await desk.molt(['check', 'bad.py'], { env: { FORCE_COLOR: '1' } })).stderr).toContain(ansi);
    expect((await desk.molt(['check', 'bad.py'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stderr).not.toContain(ansi);
    expect((await desk.molt(['check', 'bad.py'])).stderr).not.toContain(ansi);
  });
});
