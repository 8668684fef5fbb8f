// What the demo needs around Baton, each a small HTTP server on a free port: a warehouse, a model, and a receiver of traces.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { randomBytes } from 'node:crypto';

/** A service that makes a span of its own for each request, below the `traceparent` that it is sent. Its first answer is a failure. */
export function startWarehouse(spans) {
  let requests = 0;
  return serve(async (request, response) => {
    const began = Date.now();
    const { item } = JSON.parse(await text(request));
    const status = requests++ === 0 ? 503 : 200;
    respond(response, status, status === 200 ? { item, pieces: 3 } : { error: 'counting' });
    const [, traceId, parent] = request.headers.traceparent.split('-');
    const name = `POST ${request.url}`;
    const id = randomBytes(8).toString('hex');
    const correlationId = request.headers['x-correlation-id'];
    spans.push({
      traceId,
      id,
      parent,
      name,
      from: began,
      to: Date.now(),
      links: [],
      attributes: { status, correlationId },
    });
  });
}

/** An OpenAI-compatible server whose model always answers the same. */
export const startModel = () =>
  serve(async (request, response) => {
    await text(request);
    respond(response, 200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      model: 'demo-model-1',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Three are here. Yours.' } }],
      usage: { prompt_tokens: 42, completion_tokens: 7, total_tokens: 49 },
    });
  });

/** Takes traces by OTLP as JSON, and passes them on to `forward`, if it is given. */
export const startReceiver = (spans, forward) =>
  serve(async (request, response) => {
    const body = await text(request);
    for (const span of JSON.parse(body).resourceSpans.flatMap((part) =>
      part.scopeSpans.flatMap((scope) => scope.spans),
    ))
      spans.push(readSpan(span));
    if (forward !== undefined)
      await fetch(`${forward}/v1/traces`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    respond(response, 200, {});
  });

function readSpan({ traceId, spanId: id, parentSpanId: parent, name, status, ...span }) {
  const attributes = Object.fromEntries(
    span.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.doubleValue]),
  );
  const ms = (nanoseconds) => Number(BigInt(nanoseconds) / 1_000_000n);
  const [from, to] = [ms(span.startTimeUnixNano), ms(span.endTimeUnixNano)];
  const links = (span.links ?? []).map(({ spanId }) => spanId);
  return {
    traceId,
    id,
    parent,
    name,
    from,
    to,
    links,
    attributes,
    error: status?.code === 2 ? status.message : undefined,
  };
}

async function serve(answer) {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const respond = (response, status, value) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
