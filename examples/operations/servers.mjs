// What the demo needs around Baton: the service behind the agents, which can be down or slow, and a receiver of traces.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

const MS = { usual: 20, slow: 2_000, poster: 1_000 };
const WITH_MONEY = ['/pay', '/refund', '/mail'];

/** `state.isDown`: payments and mail answer 500. `state.isSlow`: a search takes two seconds. */
export async function startShop() {
  const state = { isDown: false, isSlow: false };
  let n = 0;
  const server = await serve(async (request, answer) => {
    const { url } = request.resume();
    const isDown = state.isDown && WITH_MONEY.includes(url);
    await pause(url === '/render' ? MS.poster : url === '/search' && state.isSlow ? MS.slow : MS.usual);
    answer(isDown ? 500 : 200, isDown ? { error: 'down' } : { n: ++n });
  });
  return { ...server, state };
}

/** Takes traces by OTLP as JSON. */
export async function startReceiver() {
  const spans = [];
  const server = await serve(async (request, answer) => {
    const { resourceSpans } = JSON.parse(await text(request));
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    answer(200, {});
  });
  return { ...server, spans };
}

async function serve(handle) {
  const server = createServer((request, response) => {
    const answer = (status, value) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    handle(request, answer).catch((error) => answer(500, { error: String(error) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
