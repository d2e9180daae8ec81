/// <reference path="../../src/host/wasm-api.d.ts" />
import { CELL, STATUS } from '@molt/abi';
import { isMoltError } from '@molt/diagnostics';
import { describe, expect, it } from 'vitest';
import { createInstance, type HostFunctions, runScript, TrapError } from '../../src/index.ts';
import { echoModule } from './echo-module.ts';

const input = Uint8Array.of(1, 2, 3);

async function frozen(host: HostFunctions = {}) {
  const instance = createInstance(await echoModule(), host);
  instance.init();
  instance.freeze();
  return instance;
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('calls', () => {
  it('answers with a copy of the result', async () => {
    const instance = await frozen();
    const first = instance.call(0, input);
    instance.call(0, Uint8Array.of(9, 9, 9));
    expect(first).toEqual({ status: 'returned', bytes: input });
  });

  it('tells an exception of the export from a result', async () => {
    expect((await frozen()).call(1, input).status).toBe('failed');
  });

  it('leaves nothing of a task to the next one', async () => {
    const instance = await frozen();
    for (let i = 0; i < 3; i++) expect([...instance.call(5, input).bytes.subarray(0, 2)]).toEqual([1, 0]);
  });

  it('refuses an answer above the output limit and goes on', async () => {
    const instance = await frozen();
    expect(thrown(() => instance.call(0, input, { outputBytes: 2 }))).toMatchObject({ code: 'MOLT6101', reason: 'output' });
    expect(instance.call(0, input, { outputBytes: 3 }).bytes).toEqual(input);
  });

  it('tells a module with a clock what limits its call, and when it began', async () => {
    const instance = await frozen({ clock: (kind) => BigInt(1000 + kind) });
    const cells = () => {
      const view = new DataView(instance.memory.buffer);
      return [CELL.wallStart, CELL.wallBudget, CELL.cpuStart, CELL.cpuBudget].map((cell) => view.getBigInt64(cell, true));
    };
    instance.callAndKeep(0, input, { deadlineMs: 1.5, cpuMs: 20, receivedNs: 77n });
    expect(cells()).toEqual([77n, 1_500_000n, 1003n, 20_000_000n]);
    instance.reset();
    expect(cells()).toEqual([0n, 0n, 0n, 0n]);
    instance.callAndKeep(0, input);
    expect(cells()).toEqual([1001n, 0n, 0n, 0n]);
    instance.reset();
  });

  it('sets the limit cells for one call only', async () => {
    const instance = await frozen();
    instance.call(0, input, { memoryBytes: 1000, gcFlags: 3 });
    const cells = new DataView(instance.memory.buffer);
    expect([cells.getUint32(CELL.memoryLimit, true), cells.getUint32(CELL.gcFlags, true)]).toEqual([0, 0]);
  });
});

describe('traps', () => {
  it('are typed, and the instance can be used again', async () => {
    const instance = await frozen();
    expect(thrown(() => instance.call(2, input))).toMatchObject({ code: 'MOLT6101', reason: 'memory' });
    expect(thrown(() => instance.call(3, input))).toMatchObject({ reason: 'stack' });
    expect(instance.call(5, input).bytes[0]).toBe(1);
  });

  it('break the instance when compiled code itself failed', async () => {
    const instance = await frozen();
    const error = thrown(() => instance.call(4, input));
    expect(error).toBeInstanceOf(TrapError);
    expect((error as TrapError).reason).toBe('unreachable');
    expect(thrown(() => instance.call(0, input))).toMatchObject({ code: 'MOLT6105' });
  });
});

describe('initialisation', () => {
  it('must come before freezing, and freezing before calls', async () => {
    const instance = createInstance(await echoModule());
    expect(thrown(() => instance.call(0, input))).toMatchObject({ code: 'MOLT6105' });
    expect(thrown(() => instance.freeze())).toMatchObject({ code: 'MOLT6105' });
    instance.init();
    expect(thrown(() => instance.init())).toMatchObject({ code: 'MOLT6105' });
  });

  it.each([
    ['the clock', '(drop (call $clock (i32.const 0)))'],
    ['arguments', '(drop (call $arg (i32.const 0) (i32.const 9000) (i32.const 8)))'],
    ['input', '(drop (call $read (i32.const 0) (i32.const 9000) (i32.const 8)))'],
    ['entropy', '(call $entropy (i32.const 9000) (i32.const 8))'],
  ])('of a service has no %s', async (capability, code) => {
    const module = await echoModule(`${code} (i32.const ${STATUS.returned})`);
    expect(thrown(() => createInstance(module).init())).toMatchObject({ code: 'MOLT6104', details: { capability } });
    expect(createInstance(module, {}, { script: true }).init()).toEqual({ status: 'returned', exitCode: 0 });
  });

  it('refuses modules of others', () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const error = thrown(() => createInstance(empty));
    expect(isMoltError(error) && error.code).toBe('MOLT6103');
  });
});

describe('scripts', () => {
  it('write through the host and give an exit code', async () => {
    let text = '';
    const host: HostFunctions = { write: (fd, bytes) => (text += `${fd}:${new TextDecoder().decode(bytes)}`) };
    expect(runScript(await echoModule(), { host })).toBe(0);
    expect(text).toBe('1:hello\n');
  });

  it('can be given as bytes', () => {
    // (module (memory (export "memory") 1) (func (export "molt_init") (result i32) i32.const 82))
    const bytes = Buffer.from(
      '0061736d010000000105016000017f030201000503010001071602066d656d6f72790200096d6f6c745f696e697400000a07010500 41d2000b'.replace(
        ' ',
        '',
      ),
      'hex',
    );
    expect(runScript(bytes, { host: {} })).toBe(5);
  });

  it('exit with the code of the status word, and with 1 for a bare failure', async () => {
    expect(runScript(await echoModule(`i32.const ${(3 << 4) | STATUS.failed}`), { host: {} })).toBe(3);
    expect(runScript(await echoModule(`i32.const ${STATUS.failed}`), { host: {} })).toBe(1);
    expect(runScript(await echoModule(`i32.const ${(7 << 4) | STATUS.returned}`), { host: {} })).toBe(7);
  });

  it('read their arguments, cut at the capacity', async () => {
    const body = `(i32.or (i32.const ${STATUS.returned}) (i32.shl (call $arg (i32.const 1) (i32.const 9000) (i32.const 2)) (i32.const 4)))`;
    const instance = createInstance(await echoModule(body), { args: ['prog', 'grün'] }, { script: true });
    expect(instance.init().exitCode).toBe(5);
    expect([...new Uint8Array(instance.memory.buffer, 9000, 4)]).toEqual([0x67, 0x72, 0, 0]);
  });
});

describe('shared memory', () => {
  it('is hidden from host functions', async () => {
    const body = `(call $entropy (i32.const 9000) (i32.const 70000))
      (drop (call $read (i32.const 0) (i32.const 9000) (i32.const 4)))
      (call $write (i32.const 2) (i32.const 9000) (i32.const 6))
      (i32.const ${STATUS.returned})`;
    const written: Uint8Array[] = [];
    const host: HostFunctions = {
      write: (_, bytes) => written.push(bytes),
      read: (_, into) => {
        into.set([5, 6, 7]);
        return 3;
      },
    };
    const instance = createInstance(await echoModule(body, true), host, { script: true });
    expect(instance.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(instance.init().exitCode).toBe(0);
    expect(written.every((bytes) => bytes.buffer instanceof ArrayBuffer)).toBe(true);
    expect([...(written[1] as Uint8Array).subarray(0, 3)]).toEqual([5, 6, 7]);
    expect(new Set(new Uint8Array(instance.memory.buffer, 9000, 70000)).size).toBeGreaterThan(200);
  });

  it('is put back but for the interrupt cell, which its supervisor may have set for the next call', async () => {
    const instance = createInstance(await echoModule(undefined, true));
    instance.init();
    instance.freeze();
    const cells = new Int32Array(instance.memory.buffer);
    const frozen = cells.slice(0, 2048);
    instance.callAndKeep(0, input);
    expect(thrown(() => instance.call(0, input))).toMatchObject({ code: 'MOLT6105' });
    cells[CELL.excPending / 4] = 7;
    cells[CELL.interrupt / 4] = 6;
    instance.reset();
    frozen[CELL.interrupt / 4] = 6;
    expect(cells.slice(0, 2048)).toEqual(frozen);
    expect(instance.call(0, input).bytes).toEqual(input);
  });
});
