// What a service answers arrives as it was sent, or fails with a message that says what to do.
import { afterEach, describe, expect, test } from 'vitest';
import { httpAgent, type HttpAgentOptions } from '../../../../src/activities/agents/http/http-agent.js';
import { startFixtureHttp, type FixtureHttp } from '../../../support/fixture-http.js';
import { call, failureOf } from '../../call.js';

let server: FixtureHttp | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function answering(
  body: string | Buffer,
  contentType = 'application/json',
  more: Partial<HttpAgentOptions<unknown, unknown>> & { status?: number } = {},
) {
  const { status = 200, ...settings } = more;
  server = await startFixtureHttp((_, response) => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  return { agents: [httpAgent({ type: 'x', url: server.url, ...settings })] };
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('httpAgent: charsets', () => {
  test.each<[string, Buffer]>([
    ['application/json', Buffer.from('{"a": "grün"}')],
    ['application/json; charset=utf-8', Buffer.from('\uFEFF{"a": "grün"}')],
    ['application/json;charset=ISO-8859-1', latin1('{"a": "grün"}')],
    ['application/json; version=1; charset="latin1"', latin1('{"a": "grün"}')],
    ['application/json; Charset=windows-1252', latin1('{"a": "grün"}')],
    ['application/json; charset=utf-16le', Buffer.from('{"a": "grün"}', 'utf16le')],
    ['application/json', Buffer.from('\uFEFF{"a": "grün"}', 'utf16le')],
  ])('an HTTP reply is read in its charset: %s', async (contentType, body) => {
    expect((await call(await answering(body, contentType))).output).toEqual({ a: 'grün' });
  });

  test('a text is read in its charset', async () => {
    const calling = await answering(latin1('grün'), 'text/plain; charset=latin1', { format: 'text' });
    expect((await call(calling)).output).toBe('grün');
  });

  test.each([
    ['application/json', 'got the byte 0xfc at offset 9; a reply in another charset must declare it in Content-Type'],
    ['application/json; charset=utf-8', 'expected text in UTF-8, got the byte 0xfc at offset 9'],
    ['application/json; charset=klingon', 'got charset "klingon"'],
  ])('an HTTP reply that is not in its charset fails: %s', async (contentType, message) => {
    const failure = await failureOf(call(await answering(latin1('{"a": "grün"}'), contentType)));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toContain(message);
  });

  test('an error reply is shown in its charset, and fails by its status if it is in none', async () => {
    const calling = await answering(latin1('nicht möglich'), 'text/plain; charset=latin1', { status: 400 });
    expect((await failureOf(call(calling))).message).toMatch(/answered 400: nicht möglich$/);
    await server?.close();
    const broken = await answering(latin1('nicht möglich'), 'text/plain; charset=klingon', { status: 400 });
    expect(await failureOf(call(broken))).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
  });
});

describe('httpAgent: numbers', () => {
  test('an HTTP reply with an integer of 64 bits fails, and the message says what to do', async () => {
    const failure = await failureOf(call(await answering('{"id": 1234567890123456789}')));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(/: id: expected .*, got 1234567890123456789; .* bigNumbers: text/);
  });

  test('an HTTP agent with bigNumbers: text gives them as text', async () => {
    const calling = await answering('[1234567890123456789, 5]', undefined, { bigNumbers: 'text' });
    expect((await call(calling)).output).toEqual(['1234567890123456789', 5]);
  });
});

test('an HTTP reply that is not JSON fails with the place', async () => {
  const failure = await failureOf(call(await answering(`{"pad": "${'x'.repeat(300)}",\n "mean": NaN}`)));
  expect(failure.message).toMatch(/expected JSON, got ".*…" \(line 2, column 10\)$/s);
});
