/**
 * The endpoints for those who watch a worker: `/metrics` for scrapers, `/healthz` for load balancers (503 while it drains).
 *
 * Plain HTTP without authentication, so it belongs on an address that only the machine or its network can reach.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fault, MoltError } from '@molt/diagnostics';

/** What the endpoints show. */
export interface EndpointSource {
  readonly metrics: () => string;
  readonly draining: () => boolean;
}

/** Endpoints that listen. */
export interface HttpEndpoints {
  /** `http://HOST:PORT`, with the port that was given by the system if 0 was asked for. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens at `HOST:PORT`; rejects with a MoltError if that is not possible. */
export async function serveHttp(address: string, source: EndpointSource): Promise<HttpEndpoints> {
  const { host, port } = parseAddress(address);
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), connection: 'close' });
      response.end(request.method === 'HEAD' ? '' : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'text/plain; charset=utf-8', 'only GET\n');
    if (path === '/metrics') return answer(200, 'text/plain; version=0.0.4; charset=utf-8', source.metrics());
    if (path !== '/healthz') return answer(404, 'text/plain; charset=utf-8', 'there are /metrics and /healthz\n');
    if (source.draining()) return answer(503, 'text/plain; charset=utf-8', 'draining\n');
    answer(200, 'text/plain; charset=utf-8', 'ok\n');
  });
  server.requestTimeout = 5000;
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new MoltError(fault('MOLT6208', { address, why: error.message }, { cause: error }))));
    server.listen(port, host, () => resolve());
  });
  const bound = server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `http://${shown}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) throw new MoltError(fault('MOLT6207', { address }));
  return { host: (parts[1] ?? parts[2]) as string, port };
}
