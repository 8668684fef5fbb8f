import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { httpAgent, type HttpAgentOptions } from '../../../../src/activities/agents/http/http-agent.js';
import { retryAfterMs } from '../../../../src/activities/agents/http/retry-after.js';
import { startFixtureHttp, type FixtureHttp } from '../../../support/fixture-http.js';
import { call, environment, failureOf } from '../../call.js';

let server: FixtureHttp | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
});

type Answer = Parameters<typeof startFixtureHttp>[0];
async function agentOf(answer: Answer, more: Partial<HttpAgentOptions<unknown, unknown>> = {}) {
  server = await startFixtureHttp(answer);
  return { agents: [httpAgent({ type: 'x', url: `${server.url}/scan?token=t0p`, ...more })], asked: server.asked };
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

const failing = async (status: number, body?: string, headers?: Record<string, string>) =>
  failureOf(call(await agentOf(answering(status, body, headers))));

describe('httpAgent', () => {
  test('an HTTP agent is sent its input as JSON, and headers that identify the call', async () => {
    const { agents, asked } = await agentOf(answering(200, '{"ok":true}'));
    const { output } = await call({ agents, request: { input: { a: 'é' }, item: 2 }, info: { attempt: 3 } });
    expect(output).toEqual({ ok: true });
    expect(asked).toMatchObject([{ method: 'POST', url: '/scan?token=t0p', body: '{"a":"é"}' }]);
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'run-1/a',
      'baton-run-id': 'run-1',
      'baton-task-id': 'a',
      'baton-attempt': '3',
      'baton-item-index': '2',
    });
  });

  test('an HTTP agent with method GET gets its input in the query', async () => {
    const { agents, asked } = await agentOf(answering(200, '1'), { method: 'GET' });
    await call({ agents, request: { input: { q: 'a b', list: [1, 2] } } });
    expect(asked).toMatchObject([{ method: 'GET', url: '/scan?token=t0p&q=a+b&list=%5B1%2C2%5D', body: '' }]);
  });

  test.each<[unknown, string]>([
    ['r-1', 'text'],
    [5, 'a number'],
    [true, 'a boolean'],
  ])('an HTTP agent with method GET refuses an input without names: %j', async (input, came) => {
    const { agents, asked } = await agentOf(answering(200, '1'), { method: 'GET' });
    const failure = await failureOf(call({ agents, request: { input } }));
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    expect(failure.message).toContain(`got ${came}; write input: { NAME: … }`);
    expect(asked).toHaveLength(0);
  });

  test('an HTTP agent with method GET may have no input', async () => {
    const { agents, asked } = await agentOf(answering(200, '1'), { method: 'GET' });
    await call({ agents, request: { input: null } });
    expect(asked).toMatchObject([{ url: '/scan?token=t0p' }]);
  });

  test('an HTTP reply without content is null', async () => {
    expect((await call(await agentOf(answering(204)))).output).toBeNull();
  });

  test('an HTTP agent may answer text', async () => {
    expect((await call(await agentOf(answering(200, 'plain\n'), { format: 'text' }))).output).toBe('plain\n');
  });

  test('an HTTP agent is sent headers from the environment of the worker', async () => {
    vi.stubEnv('SCAN_TOKEN', 's3cret');
    const headers = { Authorization: { env: 'SCAN_TOKEN', prefix: 'Bearer ' }, 'X-Team': 'red' };
    const { agents, asked } = await agentOf(answering(200, '1'), { headers });
    await call({ agents });
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-team': 'red' });
  });

  test('an idempotency key is plain ASCII, whatever the id of the run is', async () => {
    const { agents, asked } = await agentOf(answering(200, '1'));
    await call({ agents, request: { idempotencyKey: '走/a', run: '走' } });
    expect(asked[0]?.headers['idempotency-key']).toBe(encodeURIComponent('走/a'));
  });
});

describe('httpAgent: failures', () => {
  test.each([408, 425, 500])('HTTP status %i is AgentFailed, retryable', async (status) => {
    expect(await failing(status)).toMatchObject({
      type: 'AgentFailed',
      nonRetryable: false,
      detail: { details: { status } },
    });
  });

  test.each([502, 504, 520, 522, 524])('HTTP status %i of a gateway is NoAnswer, retryable', async (status) => {
    expect(await failing(status)).toMatchObject({
      type: 'NoAnswer',
      nonRetryable: false,
      detail: { details: { status }, unanswered: expect.stringContaining(`answered ${status}`) as string },
    });
  });

  test('an error reply whose body breaks off is classified by its status', async () => {
    const cut: Answer = (_, response) => {
      response.writeHead(409, { 'content-length': '100' }).write('{"half":', () => response.destroy());
    };
    expect(await failureOf(call(await agentOf(cut)))).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
  });

  test.each([429, 503])('HTTP status %i is Overloaded, retried after Retry-After', async (status) => {
    const failure = await failing(status, '', { 'retry-after': '7' });
    expect(failure).toMatchObject({ type: 'Overloaded', nonRetryable: false, delayMs: 7000 });
  });

  test.each([400, 401, 404, 409, 422, 501])('HTTP status %i is AgentRefused, not retryable', async (status) => {
    const failure = await failing(status, `{"error":"${'x'.repeat(500)}"}`);
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(new RegExp(`^POST http://127.0.0.1:\\d+/scan answered ${status}: {"error":"x+$`));
    expect(failure.message.length).toBeLessThan(260);
  });

  test('a redirect is not followed', async () => {
    const failure = await failing(307, '', { location: 'http://127.0.0.1:1/elsewhere' });
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(/redirected to "http:\/\/127.0.0.1:1\/elsewhere" \(307\)/);
  });

  test('an HTTP reply that is not JSON is InvalidOutput, with its beginning', async () => {
    const failure = await failing(200, `<html>${'x'.repeat(5000)}`, { 'content-type': 'text/html' });
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(/expected JSON, got "<html>x+…"$/);
    expect(failure.message.length).toBeLessThan(300);
  });

  test('an HTTP reply of 10 MB is OutputTooLarge', async () => {
    expect(await failing(200, 'x'.repeat(10_000_000))).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
  });

  test('a connection that is cut after the request was sent is NoAnswer, with the error code', async () => {
    const hangUp: Answer = (_, response) => void response.destroy();
    expect(await failureOf(call(await agentOf(hangUp)))).toMatchObject({
      type: 'NoAnswer',
      nonRetryable: false,
      detail: { details: { code: 'UND_ERR_SOCKET' } },
    });
    const midway: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":', () => response.destroy());
    };
    expect(await failureOf(call(await agentOf(midway)))).toMatchObject({ type: 'NoAnswer' });
  });

  test('an HTTP reply that does not come in time is a Timeout, and the connection is closed', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const { agents } = await agentOf((_, response) => void (closed = once(response, 'close')));
    expect(await failureOf(call({ agents, request: { timeoutMs: 300 } }))).toMatchObject({ type: 'Timeout' });
    await closed;
  });

  test('an HTTP call that is cancelled closes its connection', async () => {
    const env = environment();
    let closed: Promise<unknown> = Promise.resolve();
    const { agents } = await agentOf((_, response) => {
      closed = once(response, 'close');
      env.cancel();
    });
    expect(await failureOf(call({ agents }, env))).toMatchObject({ type: 'Cancelled', detail: { began: true } });
    await closed;
  });
});

describe('httpAgent: not reached', () => {
  const reaching = async (url: string) => failureOf(call({ agents: [httpAgent({ type: 'x', url })] }));

  test('a refused connection is Unreachable, retryable', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const address = free.address();
    free.close();
    await once(free, 'close');
    const port = typeof address === 'object' ? address?.port : 0;
    const failure = await reaching(`http://127.0.0.1:${port}/scan`);
    expect(failure).toMatchObject({
      type: 'Unreachable',
      nonRetryable: false,
      detail: { details: { code: 'ECONNREFUSED' } },
    });
    expect(failure.message).toBe(
      `POST http://127.0.0.1:${port}/scan could not be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
  });

  test('an unknown host is Unreachable', async () => {
    const failure = await reaching('http://no-such-host.invalid/scan');
    expect(failure).toMatchObject({ type: 'Unreachable' });
    expect(failure.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('a failed TLS handshake is Unreachable', async () => {
    server = await startFixtureHttp(answering(200, '1'));
    expect(await reaching(server.url.replace('http:', 'https:'))).toMatchObject({ type: 'Unreachable' });
  });
});

describe('httpAgent: secrets', () => {
  const headers = { 'x-key': { env: 'SCAN_TOKEN' } };

  test('a missing secret is refused by the name of its variable', async () => {
    const failure = await failureOf(call(await agentOf(answering(200, '1'), { headers })));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toBe('header "x-key": the environment variable "SCAN_TOKEN" of the worker is not set');
  });

  test.each([
    ['a header may not hold', 's3cret\nx', 200, '1'],
    ['the agent sends back with an error', 's3cret', 400, 'no such key: s3cret'],
    ['the agent sends back instead of JSON', 's3cret', 200, 'key s3cret'],
  ])('a secret that %s is not shown', async (_, secret, status, body) => {
    vi.stubEnv('SCAN_TOKEN', secret);
    const failure = await failureOf(call(await agentOf(answering(status, body), { headers })));
    expect(JSON.stringify([failure, failure.cause?.stack])).not.toContain('s3cret');
  });
});

test('Retry-After is a number of seconds or a future date; anything else counts as absent', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(retryAfterMs(' 1.5 ', now)).toBe(1500);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMs('Thursday, 01-Jan-26 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMs('Thu Jan  1 00:00:30 2026 GMT', now)).toBe(30_000);
  expect(retryAfterMs('2026-01-01T00:00:30Z', now)).toBe(30_000);
  const unusable = [
    'Thu, 01 Jan 2015 00:00:30 GMT',
    '-5',
    '5, 5',
    '1,2',
    '+5',
    '0x10',
    '5s',
    '1e3',
    'NaN',
    'Thu',
    'soon',
  ];
  for (const text of unusable) expect([text, retryAfterMs(text, now)]).toEqual([text, undefined]);
  expect(retryAfterMs(null, now)).toBeUndefined();
});
