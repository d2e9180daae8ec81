/** What goes wrong before a call runs: at the start of a worker, between builds, on the socket. Everything is typed and nothing hangs. */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { pathToFileURL } from 'node:url';
import { STATUS } from '@molt/abi';
import { isMoltError, type MoltError } from '@molt/diagnostics';
import { isMipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { int, type SchemaSet } from '@molt/schema-ir';
import { afterAll, describe, expect, it } from 'vitest';
import { SERVICE_SCHEMAS } from '../support/service-module.ts';
import { inputOf, outputOf, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

const one = inputOf(Uint8Array.of(1, 2, 3));

async function refusal(work: Promise<unknown>): Promise<MoltError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!isMoltError(error)) throw new Error(`expected a MoltError, got ${String(error)}`);
  return error;
}

describe('a worker that cannot start', () => {
  it('has a module body that raises: its words are passed on', async () => {
    const init = `(call $write (i32.const 2) (i32.const 20000) (i32.const 36)) (i32.const ${STATUS.failed})`;
    const error = await refusal(fixture.start({ module: { init } }));
    expect(error).toMatchObject({ code: 'MOLT6204', hint: expect.stringContaining('molt run') });
    expect(error.message).toContain('ZeroDivisionError: division by zero');
  });

  it('has a module body that traps', async () => {
    expect(await refusal(fixture.start({ module: { init: 'unreachable' } }))).toMatchObject({ code: 'MOLT6101' });
  });

  it('has an entry that is not there, or not a program', async () => {
    const nowhere = pathToFileURL(fixture.path('none.js'));
    expect(await refusal(fixture.start({ entry: nowhere }))).toMatchObject({
      code: 'MOLT6205',
      hint: expect.stringContaining(nowhere.href),
    });
    const wrong = fixture.path('wrong.mjs');
    writeFileSync(wrong, 'process.exit(3);');
    expect((await refusal(fixture.start({ entry: pathToFileURL(wrong) }))).message).toContain('exited with 3');
  });

  it.each([0, -1, 1.5, Number.NaN, 5000])('is asked for %d slots', async (slots) => {
    expect((await refusal(fixture.start({ slots }))).code).toBe('MOLT6206');
  });

  it('finds its socket taken, or not usable', async () => {
    const worker = await fixture.start();
    expect((await refusal(fixture.start({ socketPath: worker.socketPath }))).code).toBe('MOLT5002');
    expect((await refusal(fixture.start({ socketPath: '/nonexistent/folder/w.sock' }))).code).toBe('MOLT5003');
    expect(outputOf(await (await fixture.connect(worker)).call('echo', one, { deadlineMs: 5000 })).length).toBe(3);
  });
});

describe('a client and a worker that do not fit', () => {
  it('no worker at the path', async () => {
    const error = await refusal(MipClient.connect({ path: fixture.path('none.sock') }));
    expect(isMipError(error, 'WORKER_NOT_RUNNING') && error.executed).toBe('no');
    expect(error.hint).toBeTruthy();
  });

  it('an export that is not there: near names', async () => {
    const client = await fixture.connect(await fixture.start());
    const error = await refusal(client.call('ecko', one, { deadlineMs: 5000 }));
    expect(isMipError(error, 'UNKNOWN_EXPORT')).toBe(true);
    expect(error.message).toContain('did you mean echo');
  });

  it('other schemas: the first difference and what to do', async () => {
    const worker = await fixture.start();
    const other: SchemaSet = {
      ...SERVICE_SCHEMAS,
      exports: SERVICE_SCHEMAS.exports.map((item) =>
        item.name === 'echo' ? { ...item, params: [{ name: 'data', schema: int() }] } : item,
      ),
    };
    const client = await MipClient.connect({ path: worker.socketPath, schemas: other });
    const error = await refusal(client.call('echo', one, { deadlineMs: 5000 }));
    expect(isMipError(error, 'SCHEMA_MISMATCH') && error.executed).toBe('no');
    expect(error.message).toContain('the input of echo differs at');
    expect(error.hint).toContain('molt build');
    await client.close();
  });

  it('something that does not speak the protocol is told so and cut off; others are not disturbed', async () => {
    const worker = await fixture.start();
    const client = await fixture.connect(worker);
    const answer = await new Promise<Buffer>((resolve) => {
      const parts: Buffer[] = [];
      const socket = connect({ path: worker.socketPath }, () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.on('data', (part: Buffer) => parts.push(part));
      socket.on('close', () => resolve(Buffer.concat(parts)));
    });
    expect(answer.toString('latin1')).toContain('PROTOCOL_ERROR');
    expect(outputOf(await client.call('echo', one, { deadlineMs: 5000 })).length).toBe(3);
  });
});
