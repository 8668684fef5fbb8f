// Three servers that render pages. A server that has more calls than its capacity would refuse one with 503: none may come.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

const Page = z.object({ page: z.number(), customer: z.string() });

export interface RenderServer {
  readonly id: string;
  readonly capacity: number;
  readonly url: string;
  readonly seen: Seen;
  close(this: void): Promise<void>;
}

/** What a server has seen. */
export interface Seen {
  calls: number;
  mostAtOnce: number;
  refused: number;
  readonly customers: Set<string>;
}

export async function startServer(id: string, capacity: number, renderMs: number): Promise<RenderServer> {
  const seen: Seen = { calls: 0, mostAtOnce: 0, refused: 0, customers: new Set() };
  let inProgress = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const { page, customer } = Page.parse(await json(request));
      seen.calls++;
      seen.customers.add(customer);
      seen.mostAtOnce = Math.max(seen.mostAtOnce, ++inProgress);
      const isFull = inProgress > capacity;
      if (isFull) seen.refused++;
      await setTimeout(renderMs);
      inProgress--;
      response.writeHead(isFull ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ page, server: id }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    id,
    capacity,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
