// Passes HTTP requests on to a server, keeps a list of them, and answers some itself as an overloaded server does.
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  readonly url: string;
  /** `GET /path` */
  readonly requests: string[];
  /** Answers this many requests with the status, from the next one on. */
  refuse(this: void, count: number, status: number): void;
  close(this: void): Promise<void>;
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const requests: string[] = [];
  let refusals = { count: 0, status: 0 };
  const server: Server = createServer((incoming, answer) => {
    const { method, url: path, headers } = incoming;
    requests.push(`${method} ${path}`);
    if (refusals.count > 0) {
      refusals = { ...refusals, count: refusals.count - 1 };
      incoming.resume();
      answer.writeHead(refusals.status, { 'content-type': 'application/json' });
      return void answer.end('{"exception_message":"Service Unavailable"}');
    }
    const outgoing = request({ hostname, port, method, path, headers }, (upstream) => {
      answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refuse: (count, status) => void (refusals = { count, status }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
