// Serves webhooks: checks who sent a request, passes it on as a message, and answers what became of it.
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { serve, type ServerType } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Message } from '../broker.js';
import { requestMessage } from './request-message.js';
import type { SignatureScheme, Verify } from './signature.js';

/** What became of an event. */
export type WebhookOutcome =
  /** Temporal has accepted what it causes. `run`: the run that was started, found or reached; absent if it caused nothing. */
  | { readonly accepted: true; readonly did: string; readonly run?: string }
  /** Another attempt with the same content would fail too. */
  | { readonly accepted: false; readonly reason: string; readonly again: false }
  /** Temporal is away. */
  | { readonly accepted: false; readonly reason: string; readonly again: true };

export interface WebhookRoute {
  readonly path: string;
  readonly scheme: SignatureScheme | undefined;
  /** `undefined`: everyone may send. */
  readonly verify: Verify | undefined;
  readonly process: (message: Message) => Promise<WebhookOutcome>;
}

export interface WebhookServerOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  /** One line; never contains a body. */
  readonly log: (line: string) => void;
}

export interface WebhookServer {
  readonly port: number;
  /** Accepts no further request; resolves when those accepted have been answered. May be called again. */
  close(): Promise<void>;
}

/** Requests above this are told to come again, before their bodies are read: so memory does not grow. */
const MAX_IN_FLIGHT = 64;
const RETRY_AFTER_S = '1';

/** Larger events belong into a store, with a reference in the event. */
const MAX_BODY = 2 * 1_024 * 1_024;

/** Of all requests together. A body takes about ten times its size while it is parsed and sent to Temporal. */
const MAX_BODIES = 8 * MAX_BODY;

/** A sender that is slower holds a place that others wait for. */
const REQUEST_MS = 30_000;

/** Rejects if the port cannot be used. */
export async function serveWebhooks(
  routes: readonly WebhookRoute[],
  options: WebhookServerOptions,
): Promise<WebhookServer> {
  const { hostname, port } = options;
  const server = await new Promise<ServerType>((resolve, reject) => {
    const serverOptions = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
    const started = serve({ fetch: webhookApp(routes, options).fetch, hostname, port, serverOptions }, () =>
      resolve(started),
    );
    started.once('error', reject);
  });
  let closing: Promise<void> | undefined;
  return { port: (server.address() as AddressInfo).port, close: () => (closing ??= close(server)) };
}

/** Clients keep connections open after their last answer. */
const IDLE_POLL_MS = 100;

/** A request that has no answer by then is cut off: its sender sends it again. */
const DRAIN_MS = 10_000;

async function close(server: ServerType): Promise<void> {
  if (!('closeIdleConnections' in server)) throw new TypeError('expected a server of HTTP/1');
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_POLL_MS);
  const drained = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  try {
    await promisify(server.close.bind(server))();
  } finally {
    clearInterval(idle);
    clearTimeout(drained);
  }
}

/** Without a server: for tests. */
export function webhookApp(routes: readonly WebhookRoute[], { log }: Pick<WebhookServerOptions, 'log'>): Hono {
  const app = new Hono();
  let [inFlight, bytes] = [0, 0];
  app.use(async (context, next) => {
    const own = bodyBytes(context.req.header());
    if (inFlight >= MAX_IN_FLIGHT || bytes + own > MAX_BODIES) {
      // The body is not read, so the connection cannot be used again.
      const headers = { 'Retry-After': RETRY_AFTER_S, ...(own > UNREAD ? { Connection: 'close' } : {}) };
      return context.json({ error: 'too many requests at the same time' }, 429, headers);
    }
    inFlight++;
    bytes += own;
    try {
      return await next();
    } finally {
      inFlight--;
      bytes -= own;
    }
  });
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: (context) => context.json({ error: `the body is larger than ${MAX_BODY} bytes` }, 413),
  });
  for (const route of routes) {
    app.post(route.path, limit, (context) => receive(context, route, log));
    app.all(route.path, (context) => context.json({ error: 'expected POST' }, 405, { Allow: 'POST' }));
  }
  app.notFound((context) => context.json({ error: 'no webhook has this path' }, 404));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    log(`webhook ${context.req.path}: ${String(error)}`);
    return context.json({ error: 'an error of the gateway; its log has it' }, 500);
  });
  return app;
}

/** A smaller body has mostly arrived with its headers. */
const UNREAD = 64 * 1_024;

/** What the request may need; the limit for one that does not say. A larger body is refused before it is read. */
function bodyBytes(headers: Readonly<Record<string, string>>): number {
  if (headers['transfer-encoding'] !== undefined) return MAX_BODY;
  const length = Number(headers['content-length'] ?? 0);
  return length > MAX_BODY ? 0 : length;
}

async function receive(context: Context, route: WebhookRoute, log: (line: string) => void): Promise<Response> {
  const headers = context.req.header();
  const body = Buffer.from(await context.req.arrayBuffer());
  const wrong = route.verify?.(headers, body);
  if (wrong !== undefined) {
    log(`webhook ${route.path}: refused with 401: ${wrong}`);
    return context.json({ error: wrong }, 401);
  }
  const outcome = await route.process(requestMessage(route.path, route.scheme, headers, body));
  if (outcome.accepted) return context.json({ did: outcome.did, run: outcome.run ?? null }, 202);
  log(`webhook ${route.path}: not processed: ${outcome.reason}`);
  return outcome.again
    ? context.json({ error: outcome.reason }, 503, { 'Retry-After': RETRY_AFTER_S })
    : context.json({ error: outcome.reason }, 422);
}
