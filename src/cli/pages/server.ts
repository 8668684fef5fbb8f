// Serves the pages of runs on this machine. Everything is below a path that begins with a token; nothing else is answered.
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { serve, type ServerType } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { ListenError, listenFault, originOf, type ListenAddress } from '../../system/listen.js';
import { renderRunPage } from '../picture/index.js';
import { isSameToken, newToken, refusal } from './access.js';
import { Act } from './act.js';
import type { RunFeed } from './run-feed.js';
import type { TaskValues } from './task-values.js';
import { updateFor } from './update.js';

/** What the server shows and does. All of it may throw; the message is for people. */
export interface PageSource {
  /** Throws if the run is not one of those that the server shows. */
  feed(this: void, id: string): RunFeed;
  values(this: void, id: string, task: string, item: number | undefined): Promise<TaskValues>;
  act(this: void, request: Act): Promise<string>;
  /** Absent if the server shows one run. */
  readonly list?: { page(this: void): Promise<string>; rows(this: void): Promise<string> };
}

export interface PageServer {
  /** Ends with a slash. */
  readonly url: string;
  /** Browsers get the last state of their runs first. */
  close(this: void): Promise<void>;
}

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
/** A comment of an approval is the longest that a page sends. */
const MAX_BODY = 64 * 1_024;
/** Proxies and browsers end connections on which nothing is sent. */
const KEEP_ALIVE_MS = 15_000;

const TaskQuery = z.object({ id: z.string(), task: z.string(), item: z.coerce.number().int().min(0).optional() });

/** Throws ListenError. */
export async function servePages(source: PageSource, listen: ListenAddress): Promise<PageServer> {
  const token = newToken();
  const closing = new AbortController();
  const app = pagesApp(source, { token, host: listen.host, closing: closing.signal });
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: listen.host, port: listen.port }, () => resolve(started));
    started.once('error', reject);
  }).catch((error: unknown) => {
    const fault = listenFault(error);
    if (fault === undefined) throw error;
    const address = originOf(listen.host, listen.port).slice('http://'.length);
    throw new ListenError(
      `the page: cannot listen on ${address}: ${fault}; choose another port, or none for any free port`,
      {
        cause: error,
      },
    );
  });
  return {
    url: `${originOf(listen.host, (server.address() as AddressInfo).port)}/${token}/`,
    async close() {
      closing.abort();
      const closed = promisify(server.close.bind(server))();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 1_000);
      await closed.catch(() => undefined);
      clearTimeout(cut);
    },
  };
}

interface AppOptions {
  readonly token: string;
  /** As the user gave it. */
  readonly host: string;
  readonly closing: AbortSignal;
}

/** Without a server: for tests. */
export function pagesApp(source: PageSource, { token, host, closing }: AppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const [, given = ''] = context.req.path.split('/');
    const { method } = context.req;
    const wrong = refusal({ method, host: context.req.header('host'), origin: context.req.header('origin') }, host);
    if (wrong !== undefined) return context.text(`${wrong}\n`, 403);
    if (!isSameToken(given, token)) return context.text('expected the whole address that was printed\n', 404);
    return await next();
  });
  const at = (path: string): string => `/:token/${path}`;
  app.get(at('run'), async (context) => {
    const feed = source.feed(context.req.query('id') ?? '');
    const leave = feed.watch();
    try {
      const { page, version } = await feed.first();
      const { list } = source;
      return context.html(renderRunPage(page, { isLive: true, hasHome: list !== undefined, version }));
    } finally {
      leave();
    }
  });
  app.get(at('events'), (context) => sendEvents(context, source.feed(context.req.query('id') ?? ''), closing));
  app.get(at('task'), async (context) => {
    const query = TaskQuery.safeParse(context.req.query());
    if (!query.success) return context.json({ error: 'expected id, task and perhaps item' }, 400);
    source.feed(query.data.id);
    return context.json(await source.values(query.data.id, query.data.task, query.data.item));
  });
  app.post(at('act'), bodyLimit({ maxSize: MAX_BODY }), async (context) => {
    const request = Act.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success) return context.json({ error: 'expected act, id and, for some, task' }, 400);
    const feed = source.feed(request.data.id);
    const done = await source.act(request.data);
    feed.wake();
    return context.json({ done });
  });
  const { list } = source;
  if (list !== undefined) {
    app.get(at(''), async (context) => context.html(await list.page()));
    app.get(at('rows'), async (context) => context.html(await list.rows()));
  }
  app.notFound((context) => context.text('there is no such page\n', 404));
  app.onError((error, context) => {
    const reason = error.message.split('\n', 1)[0] ?? error.name;
    const status = error.name === 'RunNotFoundError' ? 404 : 500;
    return isPage(context) ? context.text(`${reason}\n`, status) : context.json({ error: reason }, status);
  });
  return app;
}

const isPage = (context: Context): boolean => !/\/(?:act|task)$/.test(context.req.path);

/** Each browser is sent what differs from what it has, as fast as it takes it. */
function sendEvents(context: Context, feed: RunFeed, closing: AbortSignal): Response {
  const has = Number(context.req.header('last-event-id') ?? context.req.query('version'));
  return streamSSE(context, async (stream) => {
    const leave = feed.watch();
    const over = new AbortController();
    stream.onAbort(() => over.abort());
    const signal = AbortSignal.any([over.signal, closing]);
    let sent = feed.stateOf(has);
    let trouble: string | undefined;
    try {
      while (!over.signal.aborted) {
        const { current } = feed;
        if (feed.trouble !== trouble) {
          trouble = feed.trouble;
          await stream.writeSSE({
            event: trouble === undefined ? 'well' : 'trouble',
            data: JSON.stringify(trouble ?? ''),
          });
        }
        if (current !== undefined && current !== sent) {
          await stream.writeSSE({
            event: 'update',
            id: String(current.version),
            data: JSON.stringify(updateFor(sent, current)),
          });
          sent = current;
        }
        if (current?.isOpen === false) return await stream.writeSSE({ event: 'end', data: '' });
        if (closing.aborted) return;
        if (feed.current !== sent || feed.trouble !== trouble) continue;
        await feed.next(AbortSignal.any([signal, AbortSignal.timeout(KEEP_ALIVE_MS)]));
        if (feed.current === sent && !signal.aborted) await stream.write(': still here\n\n');
      }
    } finally {
      leave();
    }
  });
}
