import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Message } from '../../../src/events/broker.js';
import { serveWebhooks, type WebhookOutcome, type WebhookRoute } from '../../../src/events/webhook/server.js';
import { signatureOf } from '../../../src/events/webhook/signature.js';

const STARTED: WebhookOutcome = { accepted: true, did: 'started', run: 'run-1' };

interface Served {
  readonly url: string;
  readonly messages: Message[];
  readonly log: string[];
}

/** Serves one webhook on /hook; `process` decides what becomes of a message. */
async function serve(
  route: Partial<WebhookRoute> = {},
  process: (message: Message) => Promise<WebhookOutcome> = () => Promise.resolve(STARTED),
): Promise<Served> {
  const [messages, log]: [Message[], string[]] = [[], []];
  const routes: WebhookRoute[] = [
    {
      path: '/hook',
      scheme: undefined,
      verify: undefined,
      process: (message) => (messages.push(message), process(message)),
      ...route,
    },
  ];
  const server = await serveWebhooks(routes, { hostname: '127.0.0.1', port: 0, log: (line) => log.push(line) });
  onTestFinished(() => server.close());
  return { url: `http://127.0.0.1:${server.port}/hook`, messages, log };
}

const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test('an accepted event is answered with 202 and its run', async () => {
  const { url, messages } = await serve();
  const response = await post(url, '{"n":1}', { 'idempotency-key': 'order-1' });
  expect([response.status, await response.json()]).toEqual([202, { did: 'started', run: 'run-1' }]);
  expect(messages).toMatchObject([{ id: 'order-1', source: '/hook', contentType: 'application/json' }]);
});

test('large bodies at the same time are bounded in bytes, and small ones still pass', async () => {
  const gate = new Set<() => void>();
  const { url, messages } = await serve({}, async ({ body }) => {
    if (body.length > 1_000) await new Promise<void>((open) => gate.add(open));
    return STARTED;
  });
  const large = Buffer.alloc(2 * 1_024 * 1_024, 32);
  const held = Array.from({ length: 8 }, () => post(url, large));
  await expect.poll(() => gate.size).toBe(8);
  const refused = await post(url, large);
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([
    429,
    '1',
    'close',
  ]);
  expect(messages).toHaveLength(8);
  // A body whose length is not known counts as the largest.
  const stream = new Blob(['{}']).stream();
  const chunked = await fetch(url, { method: 'POST', body: stream, duplex: 'half' });
  expect(chunked.status).toBe(429);
  for (const open of gate) open();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(8).fill(202));
  const again = post(url, large);
  await expect.poll(() => gate.size).toBe(9);
  for (const open of gate) open();
  expect((await again).status).toBe(202);
});

test('requests without an id are events of their own', async () => {
  const { url, messages } = await serve();
  await post(url, '1');
  await post(url, '1');
  expect(messages[0]!.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(messages[0]!.id).not.toBe(messages[1]!.id);
});

test('a CloudEvent without an id keeps none, so that it is refused', async () => {
  const { url, messages } = await serve();
  await post(url, '{}', { 'content-type': 'application/cloudevents+json' });
  await post(url, '{}', { 'ce-specversion': '1.0', 'ce-type': 't', 'ce-source': 's' });
  expect(messages.map(({ id }) => id)).toEqual([undefined, undefined]);
});

test('attributes of a CloudEvent are percent-decoded', async () => {
  const { url, messages } = await serve();
  const attributes = { 'ce-subject': 'Z%C3%BCrich', 'ce-source': '"a \\"b\\""', 'ce-type': '100%', 'x-other': '%20' };
  await post(url, '{}', { 'ce-specversion': '1.0', 'ce-id': '1', ...attributes });
  expect(messages[0]!.headers).toMatchObject({
    'ce-subject': 'Zürich',
    'ce-source': 'a "b"',
    'ce-type': '100%',
    'x-other': '%20',
  });
});

test('github: a signed delivery is a CloudEvent with the id of the delivery, also when its JSON is in a form', async () => {
  const { url, messages } = await serve({ scheme: 'github', verify: signatureOf('github', 'secret') });
  const send = (body: string, type: string) =>
    post(url, body, {
      'content-type': type,
      'x-github-event': 'push',
      'x-github-delivery': 'd-1',
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`,
    });
  expect((await send('{"ref":"main"}', 'application/json')).status).toBe(202);
  expect((await send('payload=%7B%22ref%22%3A%22main%22%7D', 'application/x-www-form-urlencoded')).status).toBe(202);
  for (const message of messages) {
    expect(message).toMatchObject({ id: 'd-1', contentType: 'application/json' });
    expect(message.headers).toMatchObject({ 'ce-id': 'd-1', 'ce-type': 'com.github.push', 'ce-source': '/hook' });
    expect(Buffer.from(message.body).toString()).toBe('{"ref":"main"}');
  }
});

test('a wrong signature is answered with 401, and logged without the body', async () => {
  const { url, messages, log } = await serve({ scheme: 'github', verify: signatureOf('github', 'secret') });
  const response = await post(url, '{"card":"4111"}', { 'x-hub-signature-256': 'sha256=00' });
  expect([response.status, await response.json()]).toEqual([401, { error: 'the signature is wrong' }]);
  expect(messages).toEqual([]);
  expect(log).toEqual(['webhook /hook: refused with 401: the signature is wrong']);
});

test.each([
  [{ accepted: false, again: false, reason: 'input.amount: expected a number' } as const, 422],
  [{ accepted: false, again: true, reason: 'Temporal does not answer' } as const, 503],
])('an event that is not accepted is answered with the reason: %j', async (outcome, status) => {
  const { url, log } = await serve({}, () => Promise.resolve(outcome));
  const response = await post(url, '{}');
  expect([response.status, await response.json()]).toEqual([status, { error: outcome.reason }]);
  expect(response.headers.get('retry-after')).toBe(outcome.again ? '1' : null);
  expect(log).toEqual([`webhook /hook: not processed: ${outcome.reason}`]);
});

test('an error of the gateway is answered with 500 without its message', async () => {
  const { url, log } = await serve({}, () => Promise.reject(new Error('secret detail')));
  const response = await post(url, '{}');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret detail');
  expect(log).toEqual(['webhook /hook: Error: secret detail']);
});

test('other paths and methods are refused', async () => {
  const { url } = await serve();
  expect((await post(url.replace('/hook', '/other'), '{}')).status).toBe(404);
  const got = await fetch(url);
  expect([got.status, got.headers.get('allow'), await got.json()]).toEqual([405, 'POST', { error: 'expected POST' }]);
});

test('a body of 20 MB is refused with 413, whether its length is announced or not', async () => {
  const { url, messages } = await serve();
  const large = new Uint8Array(20 * 1_024 * 1_024);
  expect((await post(url, large)).status).toBe(413);
  const chunks = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let index = 0; index < 20; index++) controller.enqueue(large.subarray(0, 1_024 * 1_024));
      controller.close();
    },
  });
  const streamed = await fetch(url, { method: 'POST', body: chunks, duplex: 'half' });
  expect(streamed.status).toBe(413);
  expect(messages).toEqual([]);
});

test('requests beyond 64 at the same time are told to come again; those accepted are answered', async () => {
  const waiting: (() => void)[] = [];
  const { url } = await serve({}, () => new Promise((resolve) => waiting.push(() => resolve(STARTED))));
  const first = Array.from({ length: 64 }, () => post(url, '{}'));
  await expect.poll(() => waiting.length).toBe(64);
  const refused = await post(url, '{}');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  waiting.forEach((answer) => answer());
  expect((await Promise.all(first)).every(({ status }) => status === 202)).toBe(true);
  const next = post(url, '{}');
  await expect.poll(() => waiting.length).toBe(65);
  waiting[64]!();
  expect((await next).status).toBe(202);
});

test('closing waits for what was accepted, and accepts nothing more', async () => {
  const waiting: (() => void)[] = [];
  const routes: WebhookRoute[] = [
    {
      path: '/hook',
      scheme: undefined,
      verify: undefined,
      process: () => new Promise((resolve) => waiting.push(() => resolve(STARTED))),
    },
  ];
  const server = await serveWebhooks(routes, { hostname: '127.0.0.1', port: 0, log: () => undefined });
  const url = `http://127.0.0.1:${server.port}/hook`;
  const accepted = post(url, '{}');
  await expect.poll(() => waiting.length).toBe(1);
  const closed = server.close();
  await expect(post(url, '{}')).rejects.toThrow();
  waiting[0]!();
  expect((await accepted).status).toBe(202);
  await closed;
});

test('a port that is used is refused', async () => {
  const { url } = await serve();
  const port = Number(new URL(url).port);
  await expect(serveWebhooks([], { hostname: '127.0.0.1', port, log: () => undefined })).rejects.toThrow('EADDRINUSE');
});
