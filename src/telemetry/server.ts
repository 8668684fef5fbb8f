// The HTTP server of a process: /metrics for Prometheus, /livez and /readyz for who runs the process.
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { ListenError, listenFault, originOf, readListen } from '../system/listen.js';

export interface TelemetryServerOptions {
  /** `HOST:PORT`. */
  readonly listen: string;
  readonly metrics: () => Promise<string>;
  /** Why the process takes no work now; `undefined`: it is ready. */
  readonly unready: () => Promise<string | undefined>;
}

export interface TelemetryServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(this: void): Promise<void>;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Throws ListenError. */
export async function serveTelemetry({ listen, metrics, unready }: TelemetryServerOptions): Promise<TelemetryServer> {
  const address = readListen(listen);
  if (address === undefined)
    throw new ListenError(`telemetry.listen: expected HOST:PORT, got ${JSON.stringify(listen)}`);
  const [{ serve }, { Hono }] = await Promise.all([import('@hono/node-server'), import('hono')]);
  const app = new Hono();
  app.get('/metrics', async (context) => context.body(await metrics(), 200, { 'content-type': METRICS_TYPE }));
  app.get('/livez', (context) => context.text('ok\n'));
  app.get('/readyz', async (context) => {
    const reason = await unready();
    return reason === undefined ? context.text('ok\n') : context.text(`not ready: ${reason}\n`, 503);
  });
  app.notFound((context) => context.text('expected /metrics, /livez or /readyz\n', 404));
  const { host, port } = address;
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(started));
    started.once('error', reject);
  }).catch((error: unknown) => {
    const fault = listenFault(error);
    if (fault === undefined) throw error;
    const advice = 'give another one with --listen, or as telemetry.listen in the configuration';
    throw new ListenError(`telemetry: cannot listen on ${listen}: ${fault}; ${advice}`, { cause: error });
  });
  return {
    url: originOf(host, (server.address() as AddressInfo).port),
    async close() {
      const closed = promisify(server.close.bind(server))();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed.catch(() => undefined);
    },
  };
}
